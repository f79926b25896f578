using System.Text.Json.Nodes;
using BackupCodeBroker.Doctor;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Doctor;

/// <summary>
/// Each misconfiguration that the doctor knows is planted in a healthy deployment, found under its id with its fix, and gone once the fix was carried out
/// as it is printed.
/// </summary>
public sealed class DoctorTests(DoctorVault vault) : IClassFixture<DoctorVault>
{
    // Check, what it is about, request that plants it (method, path, body), words of the finding, severity.
    public static TheoryData<string, string, string, string, string, string> Plants => new()
    {
        { "document-config", "configuration of {env}/codes/", "POST {env}/codes/config", """{"cas_required":false}""", "cas_required is false", "Error" },
        { "document-config", "configuration of {env}/codes/", "POST {env}/codes/config", """{"max_versions":10}""", "max_versions is 10", "Error" },
        { "document-config", "configuration of {env}/codes/", "POST {env}/codes/config", """{"delete_version_after":"72h"}""", "delete_version_after is \"72h0m0s\"", "Error" },
        { "document-mount", "{env}/codes/", "DELETE sys/mounts/{env}/codes", "", "not there", "Error" },
        { "ask-mount", "{env}/ask/", "DELETE sys/mounts/{env}/ask", "", "not there", "Error" },
        { "transit-mount", "{env}/transit/", "DELETE sys/mounts/{env}/transit", "", "not there", "Error" },
        { "pepper", "{env}-pepper", "POST {env}/transit/keys/{env}-pepper/config", """{"deletion_allowed":true}""", "deletion_allowed is true", "Error" },
        { "broker-policies", "policy {env}-broker", "PUT sys/policies/acl/{env}-broker", """{"policy":"path \"x\" { capabilities = [\"read\"] }"}""", "lacks", "Error" },
        { "broker-policies", "policy {env}-identity", "DELETE sys/policies/acl/{env}-identity", "", "not there", "Error" },
        { "broker-policies", "policy {env}-sweeper", "PUT sys/policies/acl/{env}-sweeper", """{"policy":"path \"{env}/codes/*\" { capabilities = [\"delete\"] }"}""", "beyond the shipped one: {env}/codes/*", "Error" },
        { "peoples-policies", "policy {env}-help-desk", "DELETE sys/policies/acl/{env}-help-desk", "", "not there", "Warning" },
        { "peoples-policies", "policy {env}-verifier", "PUT sys/policies/acl/{env}-verifier", """{"policy":"path \"{env}/ask/status/*\" { capabilities = [\"read\"] }"}""", "beyond the shipped one", "Error" },
        { "token-roles", "token role {env}-identity", "POST auth/token/roles/{env}-identity", """{"allowed_policies":["{env}-identity","default"]}""", "allowed_policies", "Error" },
        { "token-roles", "token role {env}-sweeper", "POST auth/token/roles/{env}-sweeper", """{"orphan":true}""", "orphan is true", "Error" },
        { "approle-mount", "{env}/approle/", "DELETE sys/auth/{env}/approle", "", "not there", "Warning" },
        { "broker-role", "{env}-broker", "POST auth/{env}/approle/role/{env}-broker", """{"token_no_default_policy":false}""", "token_no_default_policy is false", "Error" },
        { "broker-role", "{env}-broker", "POST auth/{env}/approle/role/{env}-broker", """{"secret_id_num_uses":1}""", "secret_id_num_uses is 1", "Error" },
        { "audited-header", "traceparent", "POST sys/config/auditing/request-headers/traceparent", """{"hmac":true}""", "hmac is true", "Warning" },
        { "audited-header", "traceparent", "DELETE sys/config/auditing/request-headers/traceparent", "", "not there", "Warning" },
        { "decoy-entity", "bcb._decoy", "POST identity/entity/id/{decoy}", """{"disabled":true}""", "disabled", "Error" },
        { "decoy-entity", "bcb._decoy", "POST identity/entity/id/{decoy}", """{"policies":["some"]}""", "policies (some)", "Error" },
        { "decoy-document", "bcb._decoy", "DELETE {env}/codes/metadata/identities/bcb._decoy", "", "not there", "Error" },
        { "decoy-content", "bcb._decoy", "POST {env}/codes/data/identities/bcb._decoy", """{"options":{"cas":1},"data":{"schema":7}}""", "cannot be read", "Error" },
        { "broker-state", "broker/state", "DELETE {env}/codes/metadata/broker/state", "", "not there", "Error" },
        { "broker-state", "broker/state", "DELETE {env}/codes/data/broker/state", "", "was deleted or destroyed", "Error" },
        { "epoch", "", "POST {env}/codes/data/broker/state", """{"options":{"cas":1},"data":{"schema":1,"epoch_floor":4,"heartbeat":{"count":0,"at":"2026-01-01T00:00:00Z"},"lockdowns":[]}}""", "epoch 1 is below the floor 4", "Error" },
        { "identity-entities", "bcb.team-a.x", "POST identity/entity/id/{identity}", """{"policies":["some"]}""", "policies (some)", "Warning" },
        { "sweeper-entity", "bcb._sweeper", "POST identity/entity/id/{sweeper}", """{"disabled":true}""", "disabled", "Error" },
        { "audit-devices", "", "DELETE sys/audit/file", "", "no audit device", "Warning" },
        { "audit-log-raw", "raw/", "PUT sys/audit/raw", """{"type":"file","options":{"file_path":"{folder}/raw.log","log_raw":"true"}}""", "log_raw", "Error" },
        { "audit-accessors", "clear/", "PUT sys/audit/clear", """{"type":"file","options":{"file_path":"{folder}/clear.log","hmac_accessor":"false"}}""", "hmac_accessor=false", "Hint" },
        { "audit-clear-keys", "auth/token/", "POST sys/auth/token/tune", """{"audit_non_hmac_response_keys":["accessor"]}""", "response key accessor", "Warning" },
        { "audit-clear-keys", "{env}/codes/", "POST sys/mounts/{env}/codes/tune", """{"audit_non_hmac_response_keys":["data"]}""", "response key data", "Warning" },
        { "audited-secrets", "x-vault-token", "POST sys/config/auditing/request-headers/X-Vault-Token", """{"hmac":false}""", "hmac=false", "Error" },
        { "audited-secrets", "authorization", "POST sys/config/auditing/request-headers/Authorization", """{"hmac":false}""", "hmac=false", "Error" },
        { "audited-secrets", "cookie", "POST sys/config/auditing/request-headers/cookie", """{"hmac":false}""", "hmac=false", "Error" },
        { "policies-too-broad", "policy {env}x-admin", "PUT sys/policies/acl/{env}x-admin", """{"policy":"path \"{env}/ask/*\" { capabilities = [\"read\"] }"}""", "\"{env}/ask/*\" (read)", "Warning" },
        { "policies-on-documents", "policy {env}x-ops", "PUT sys/policies/acl/{env}x-ops", """{"policy":"path \"+/codes/data/*\" { capabilities = [\"update\"] }"}""", "\"+/codes/data/*\" (update)", "Warning" },
        { "policies-on-documents", "policy {env}x-one", "PUT sys/policies/acl/{env}x-one", """{"policy":"path \"{env}/codes/metadata/identities/bcb.team-a.x\" { capabilities = [\"delete\"] }"}""", "(delete)", "Warning" },
        { "policies-on-children", "policy {env}x-mint", "PUT sys/policies/acl/{env}x-mint", """{"policy":"path \"auth/token/create/{env}-*\" { capabilities = [\"update\"] }"}""", "auth/token/create/{env}-*", "Warning" },
    };

    [Theory]
    [Trait("Requirement", "R-47")]
    [MemberData(nameof(Plants))]
    public async Task A_planted_misconfiguration_is_found_and_gone_after_the_printed_fix(string id, string about, string plant, string body, string words, string severity)
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        await vault.EnsureDeviceAsync();
        Assert.DoesNotContain((await patient.ExamineAsync()).Checks, check => IsIt(check, id, about, patient));

        await PlantAsync(patient, plant, body);
        var found = Assert.Single((await patient.ExamineAsync()).Checks, check => IsIt(check, id, about, patient));

        var finding = Assert.IsType<CheckResult.Finding>(found.Result);
        Assert.Contains(patient.Here(words), finding.What, StringComparison.Ordinal);
        Assert.Equal(severity, finding.Severity.ToString());
        Assert.NotEmpty(finding.Why);
        Assert.NotEmpty(finding.Fix.Commands);
        foreach (var command in finding.Fix.Commands)
        {
            await patient.PasteAsync(command);
        }

        var after = await patient.ExamineAsync();
        Assert.DoesNotContain(after.Checks, check => IsIt(check, id, about, patient));
        Assert.Equal(0, after.Count(Severity.Error));
    }

    [Fact]
    [Trait("Requirement", "R-47")]
    public async Task The_only_audit_device_is_exchanged_without_a_time_that_nobody_sees()
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        await vault.EnsureDeviceAsync();
        await vault.Raw.MustAsync("PUT", "sys/audit/only", JsonNode.Parse(patient.Here("""{"type":"file","options":{"file_path":"{folder}/only.log","mode":"0640","log_raw":"true"}}""")));
        await vault.Raw.MustAsync("DELETE", "sys/audit/file");

        var finding = FindingOf(await patient.ExamineAsync(), DoctorChecks.AuditLogRaw);

        Assert.Equal(
            [patient.Here("vault audit enable -path=only-2 file file_path={folder}/only-2.log mode=0640"), "vault audit disable only/"],
            finding.Fix.Commands);
        foreach (var command in finding.Fix.Commands)
        {
            await patient.PasteAsync(command);
            Assert.NotEmpty((await vault.Raw.MustAsync("GET", "sys/audit"))["data"]!.AsObject());
        }

        Assert.True(File.Exists(Path.Combine(vault.Folder, "only-2.log")));
        Assert.IsType<CheckResult.Ok>(Assert.Single((await patient.ExamineAsync()).Checks, check => check.Id == DoctorChecks.AuditLogRaw).Result);
    }

    [Fact]
    [Trait("Requirement", "R-47")]
    public async Task A_mount_of_another_kind_is_moved_away_and_made_anew()
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        var mount = patient.Deployment.Settings.AskMount;
        await vault.Raw.MustAsync("DELETE", "sys/mounts/" + mount);
        await vault.Raw.MustAsync("POST", "sys/mounts/" + mount, JsonNode.Parse("""{"type":"kv","options":{"version":"2"}}"""));

        var finding = FindingOf(await patient.ExamineAsync(), "ask-mount");
        Assert.Contains("another kind (kv version 2)", finding.What, StringComparison.Ordinal);
        await patient.PasteAsync(Assert.Single(finding.Fix.Commands));
        Assert.Contains("bcb bootstrap", finding.Fix.Words, StringComparison.Ordinal);
        await patient.PasteAsync("bcb bootstrap");

        Assert.Equal(0, (await patient.ExamineAsync()).Count(Severity.Error));
    }

    [Fact]
    [Trait("Requirement", "R-47")]
    public async Task A_key_that_can_be_exported_needs_a_person()
    {
        var patient = new DoctorPatient(vault);
        var settings = patient.Deployment.Settings;
        await vault.Raw.MustAsync("POST", "sys/mounts/" + settings.TransitMount, JsonNode.Parse("""{"type":"transit"}"""));
        await vault.Raw.MustAsync("POST", $"{settings.TransitMount}/keys/{settings.PepperKey}", JsonNode.Parse("""{"exportable":true,"allow_plaintext_backup":true}"""));
        await patient.Deployment.RunAsync();

        var finding = FindingOf(await patient.ExamineAsync(), "pepper");

        Assert.Contains("exportable is true", finding.What, StringComparison.Ordinal);
        Assert.Contains("vault.pepper_key", finding.Fix.Words, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "R-47")]
    [InlineData("secret-id", "others may read it")]
    [InlineData("secret-id", "Vault does not take it")]
    [InlineData("secret-id", "not there")]
    [InlineData("role-id", "Vault has another role-id")]
    public async Task Credentials_on_this_machine_are_looked_at_too(string name, string what)
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        var folder = Directory.CreateTempSubdirectory("bcb-credentials-").FullName;
        await patient.Deployment.RunAsync(credentials: folder);
        var file = Path.Combine(folder, name);
        switch (what)
        {
            case "others may read it" when OperatingSystem.IsWindows():
                Assert.Skip("files there have no such modes");
                break;
            case "others may read it":
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
                break;
            case "not there":
                File.Delete(file);
                break;
            default:
                await File.WriteAllTextAsync(file, "00000000-0000-0000-0000-000000000000", TestContext.Current.CancellationToken);
                break;
        }

        Task<DoctorReport> LookAsync() => patient.ExamineAsync(more: options => options with { CredentialsDirectory = folder });
        var found = Assert.Single((await LookAsync()).Checks, check => check.Id == "credentials" && check.Result is CheckResult.Finding);
        var finding = (CheckResult.Finding)found.Result;
        Assert.Equal((file, what, Severity.Error), (found.About.Split(' ')[0], finding.What, finding.Severity));
        await patient.PasteAsync(Assert.Single(finding.Fix.Commands));

        Assert.Equal(0, (await LookAsync()).Count(Severity.Error));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Trait("Requirement", "R-47")]
    public async Task A_last_beat_that_lies_ahead_of_the_clock_is_found_and_so_is_that_it_does_not()
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        Assert.IsType<CheckResult.Ok>(Assert.Single((await patient.ExamineAsync()).Checks, check => check.Id == DoctorChecks.Heartbeat).Result);
        patient.Time = new ShiftedTime(TimeSpan.FromDays(-400));

        var finding = FindingOf(await patient.ExamineAsync(), DoctorChecks.Heartbeat);

        Assert.Equal(("Error", true), (finding.Severity.ToString(), finding.What.Contains("lies ahead of this machine's clock", StringComparison.Ordinal)));
        Assert.Contains("raise epoch", finding.Fix.Words, StringComparison.Ordinal);
        await patient.PasteAsync(Assert.Single(finding.Fix.Commands));
        Assert.IsType<CheckResult.Ok>(Assert.Single((await patient.ExamineAsync()).Checks, check => check.Id == DoctorChecks.Heartbeat).Result);
    }

    [Theory]
    [Trait("Requirement", "R-47")]
    [InlineData(12, "Warning")]
    [InlineData(-12, "Warning")]
    [InlineData(95, "Error")]
    [InlineData(-95, "Error")]
    public async Task A_clock_that_is_off_is_found(int seconds, string severity)
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        patient.Time = new ShiftedTime(TimeSpan.FromSeconds(seconds));

        var finding = FindingOf(await patient.ExamineAsync(), DoctorChecks.ClockSkew);

        Assert.Equal(severity, finding.Severity.ToString());
        Assert.Contains(seconds > 0 ? "behind" : "ahead of", finding.What, StringComparison.Ordinal);
        await patient.PasteAsync(Assert.Single(finding.Fix.Commands));
        Assert.IsType<CheckResult.Ok>(Assert.Single((await patient.ExamineAsync()).Checks, check => check.Id == DoctorChecks.ClockSkew).Result);
    }

    [Fact]
    [Trait("Requirement", "R-47")]
    public async Task A_healthy_deployment_has_no_error_and_everything_was_looked_at()
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        await vault.EnsureDeviceAsync();

        var report = await patient.ExamineAsync(more: options => options with { AskBroker = Healthy, ListIdentities = _ => Task.FromResult(new IdentitiesListed([])) });

        Assert.Equal(0, report.Count(Severity.Error));
        Assert.Equal(0, report.Count<CheckResult.NotChecked>());
        Assert.Equal(
            DoctorChecks.All.Select(check => check.Id).Where(id => id is not ("credentials" or "login-mount" or "login-jwt")).Order(StringComparer.Ordinal),
            report.Checks.Select(check => check.Id).Distinct().Order(StringComparer.Ordinal));
        // A development server keeps nothing, and a single device is a hint: nothing else is said.
        Assert.All(
            report.Checks.Where(check => check.Result is CheckResult.Finding && !check.About.StartsWith("policy ", StringComparison.Ordinal)),
            check => Assert.True(check.Id is DoctorChecks.VaultStorage or DoctorChecks.AuditSpare, check.ToString()));
    }

    [Fact]
    [Trait("Requirement", "R-47")]
    public async Task The_policy_of_bootstrap_sees_all_that_bootstrap_makes()
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        await vault.EnsureDeviceAsync();

        var report = await patient.ExamineAsync(with: await vault.Raw.TokenWithAsync(patient.Deployment.Prefix + "bootstrap"));

        Assert.Equal(0, report.Count(Severity.Error));
        Assert.Equal(
            [DoctorChecks.AuditedSecrets, DoctorChecks.IdentityEntities, DoctorChecks.PoliciesOnChildren, DoctorChecks.PoliciesOnDocuments, DoctorChecks.PoliciesTooBroad],
            report.Checks.Where(check => check.Result is CheckResult.NotChecked).Select(check => check.Id).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_token_that_Vault_does_not_take_is_the_one_finding_and_the_rest_is_listed_as_not_looked_at()
    {
        var patient = await DoctorPatient.HealthyAsync(vault);

        var report = await patient.ExamineAsync(with: "s.AAAAAAAAAAAAAAAAAAAAAAAA");

        Assert.Equal(DoctorChecks.Token, Assert.Single(report.Checks, check => check.Result is CheckResult.Finding { Severity: Severity.Error }).Id);
        Assert.True(report.Count<CheckResult.NotChecked>() > 20);
    }

    [Fact]
    public async Task Looking_changes_nothing()
    {
        var patient = new DoctorPatient(vault);

        await patient.ExamineAsync();

        Assert.DoesNotContain(patient.Deployment.Name, (await vault.Raw.MustAsync("GET", "sys/mounts")).ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(patient.Deployment.Name, (await vault.Raw.MustAsync("LIST", "sys/policies/acl")).ToJsonString(), StringComparison.Ordinal);
    }

    private static bool IsIt(CheckReport check, string id, string about, DoctorPatient patient) =>
        check.Id == id && check.Result is CheckResult.Finding && check.About.Contains(patient.Here(about), StringComparison.Ordinal);

    private static CheckResult.Finding FindingOf(DoctorReport report, string id) =>
        Assert.IsType<CheckResult.Finding>(Assert.Single(report.Checks, check => check.Id == id).Result);

    private static Task<BrokerSaid> Healthy(CancellationToken cancellation) =>
        Task.FromResult(new BrokerSaid("http://127.0.0.1:8400", null, "1.2.3", Ready: true, [], []));

    // Plants name entities that Vault made.
    private async Task PlantAsync(DoctorPatient patient, string plant, string body)
    {
        var (method, path) = (plant.Split(' ')[0], patient.Here(plant.Split(' ')[1]));
        foreach (var (place, alias) in new[] { ("{decoy}", "bcb._decoy"), ("{identity}", "bcb.team-a.x"), ("{sweeper}", "bcb._sweeper") })
        {
            if (path.Contains(place, StringComparison.Ordinal))
            {
                path = path.Replace(place, await MadeAsync(patient, alias), StringComparison.Ordinal);
            }
        }

        await vault.Raw.MustAsync(method, path, body.Length == 0 ? null : JsonNode.Parse(patient.Here(body)));
    }

    private async Task<string> MadeAsync(DoctorPatient patient, string alias)
    {
        var settings = patient.Deployment.Settings;
        var role = alias == "bcb._sweeper" ? settings.SweeperRole : settings.TokenRole;
        await vault.Raw.MustAsync("POST", "auth/token/create/" + role, JsonNode.Parse($$"""{"entity_alias":"{{alias}}","type":"batch","ttl":"60s","no_default_policy":true}"""));
        return await patient.EntityAsync(alias);
    }

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
