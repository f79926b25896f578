using System.Text;
using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Vault;

/// <summary>
/// What the client makes of a Vault that really answers, whichever the tests run against. Every run makes its own mounts.
/// </summary>
public sealed class VaultClientContractTests(TestVault backend) : IAsyncLifetime
{
    private readonly string _name = "vcc" + Guid.NewGuid().ToString("N")[..8];
    private readonly HttpClient _admin = new();
    private VaultSettings _settings = new();
    private VaultClient _vault = null!;
    private VaultToken _root = null!;

    private static VaultCall Call => VaultCall.Fresh(TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        var (address, root) = (backend.Address, backend.RootToken);
        _root = new VaultToken(root);
        _admin.BaseAddress = new Uri(address.TrimEnd('/') + "/v1/");
        _admin.DefaultRequestHeaders.Add("X-Vault-Token", root);
        _settings = new VaultSettings
        {
            Address = address,
            KvMount = _name + "-kv",
            AskMount = _name + "-ask",
            TransitMount = _name + "-transit",
            AppRoleMount = _name + "-approle",
            TokenRole = _name + "-identity",
            CallTimeout = TimeSpan.FromSeconds(20),
        };
        _vault = new VaultClient(_settings, TimeProvider.System);
        await PostAsync($"sys/mounts/{_settings.KvMount}", """{"type":"kv","options":{"version":"2"}}""");
        await PostAsync($"sys/mounts/{_settings.AskMount}", """{"type":"kv","options":{"version":"1"}}""");
        await PostAsync($"sys/mounts/{_settings.TransitMount}", """{"type":"transit"}""");
        await PostAsync($"sys/auth/{_settings.AppRoleMount}", """{"type":"approle"}""");
        while (await _vault.ReadKvConfigAsync(_root, Call) is not VaultAnswer<KvConfig>.Ok)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        await PostAsync($"{_settings.KvMount}/config", """{"cas_required":true,"max_versions":1}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DeleteAsync(new Uri($"sys/mounts/{_settings.KvMount}", UriKind.Relative));
        _vault.Dispose();
        _admin.Dispose();
    }

    [Fact]
    public async Task Documents_are_written_by_version_and_read_as_they_are()
    {
        Assert.Equal(new KvConfig(true, 1, "0s"), Value(await _vault.ReadKvConfigAsync(_root, Call)));
        Assert.IsType<KvRead.Absent>(await _vault.ReadKvAsync(_root, "identities/bcb.a", Call));
        Assert.Equal(new KvWrite.Saved(1), await WriteAsync("""{"k":"v1","n":3}""", 0));
        Assert.IsType<KvWrite.Conflict>(await WriteAsync("{}", 0));
        Assert.IsType<KvWrite.Conflict>(await WriteAsync("{}", 7));
        Assert.Equal(new KvWrite.Saved(2), await WriteAsync("""{"k":"v2","nested":{"x":[1,2]}}""", 1));

        var found = Assert.IsType<KvRead.Found>(await _vault.ReadKvAsync(_root, "identities/bcb.a", Call));
        Assert.Equal((2, """{"k":"v2","nested":{"x":[1,2]}}"""), (found.Version, Encoding.UTF8.GetString(found.Json.Span)));
        Assert.Equal(["bcb.a"], Value(await _vault.ListKvAsync(_root, "identities", Call)));
        Assert.IsType<VaultAnswer<IReadOnlyList<string>>.Absent>(await _vault.ListKvAsync(_root, "nothing", Call));

        await _admin.DeleteAsync(new Uri($"{_settings.KvMount}/data/identities/bcb.a", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(new KvRead.Removed(2), await _vault.ReadKvAsync(_root, "identities/bcb.a", Call));
    }

    [Fact]
    public async Task Mounts_of_another_kind_are_wrongly_set_up()
    {
        using var v1 = new VaultClient(_settings with { KvMount = _settings.AskMount, AskMount = _settings.KvMount }, TimeProvider.System);
        using var none = new VaultClient(_settings with { KvMount = _name + "-none", AskMount = _name + "-no" }, TimeProvider.System);

        Assert.IsType<VaultFault.WronglySetUp>(Fault(await v1.ReadKvConfigAsync(_root, Call)));
        Assert.IsType<VaultFault.WronglySetUp>(Fault(await none.ReadKvConfigAsync(_root, Call)));
        Assert.IsType<VaultFault.WronglySetUp>(Assert.IsType<KvRead.Faulted>(await none.ReadKvAsync(_root, "broker/state", Call)).Fault);
        Assert.IsType<VaultFault.WronglySetUp>(Assert.IsType<Asking.Faulted>(await none.AskAsync(_root, "consume", "a", Call)).Fault);
        Assert.IsType<VaultFault.WronglySetUp>(Assert.IsType<Asking.Faulted>(await v1.AskAsync(_root, "consume", "a", Call)).Fault);
    }

    [Fact]
    public async Task Callers_are_asked_for_by_their_own_policies()
    {
        await PolicyAsync("caller", $$"""path "{{_settings.AskMount}}/consume/team-a.*" { capabilities = ["read"] }""");
        var caller = await TokenAsync("caller", "default");

        Assert.IsType<Asking.Granted>(await _vault.AskAsync(caller, "consume", "team-a.ci", Call));
        Assert.Equal(new Asking.Refused(VaultDenial.NoCapability), await _vault.AskAsync(caller, "consume", "team-b.ci", Call));
        Assert.Equal(new Asking.Refused(VaultDenial.InvalidToken), await _vault.AskAsync(new VaultToken("s.AAAAAAAAAAAAAAAAAAAAAAAA"), "consume", "team-a.ci", Call));

        string[] paths = [_vault.AskPath("consume", "team-a.ci"), _vault.AskPath("consume", "@owned"), _vault.AskPath("@probe", "@probe")];
        var capabilities = Value(await _vault.CapabilitiesSelfAsync(caller, paths, Call));
        Assert.Equal(["read", "deny", "deny"], paths.Select(path => Assert.Single(capabilities[path])));
        var self = Value(await _vault.LookupSelfAsync(caller, Call));
        Assert.Equal(("service", true), (self.Type, self.Policies.Contains(_name + "-caller")));
        Assert.Equal(self.Accessor, Value(await _vault.LookupAccessorAsync(_root, self.Accessor, Call)).Accessor);
        Assert.IsType<VaultAnswer<TokenFacts>.Absent>(await _vault.LookupAccessorAsync(_root, "nope", Call));
    }

    [Fact]
    public async Task A_child_reaches_its_identity_until_the_entity_is_disabled()
    {
        var accessor = await TokenMountAccessorAsync();
        await PolicyAsync("identity", $$$"""path "{{{_settings.KvMount}}}/data/identities/{{identity.entity.aliases.{{{accessor}}}.name}}" { capabilities = ["create","read","update"] }""");
        await PostAsync($"auth/token/roles/{_settings.TokenRole}", $$"""{"allowed_policies":["{{_name}}-identity"],"allowed_entity_aliases":["bcb.*"],"token_type":"default-batch","orphan":false,"renewable":false}""");
        var alias = "bcb." + _name;
        var form = new ChildForm(_settings.TokenRole, _name + "-identity", alias, new Dictionary<string, string> { ["replica"] = "r1" });

        Assert.IsType<VaultAnswer<EntityFacts>.Absent>(await _vault.LookupAliasAsync(_root, alias, accessor, Call));
        var child = Assert.IsType<Minting.Minted>(await _vault.MintChildAsync(_root, form, Call));
        Assert.Equal([_name + "-identity"], child.Policies);
        Assert.IsType<KvWrite.Saved>(await _vault.WriteKvAsync(child.Child, "identities/" + alias, "{}"u8.ToArray(), 0, Call));
        Assert.Equal(new KvRead.Denied(VaultDenial.NoCapability), await _vault.ReadKvAsync(child.Child, "identities/bcb.other", Call));

        var entity = Value(await _vault.LookupAliasAsync(_root, alias, accessor, Call));
        Assert.Equal((child.EntityId, false, alias, accessor), (entity.Id, entity.Disabled, entity.Aliases[0].Name, entity.Aliases[0].MountAccessor));
        await PostAsync($"identity/entity/id/{entity.Id}", """{"disabled":true}""");
        Assert.True(Value(await _vault.ReadEntityAsync(_root, entity.Id, Call)).Disabled);
        Assert.Equal(new KvRead.Denied(VaultDenial.InvalidToken), await _vault.ReadKvAsync(child.Child, "identities/" + alias, Call));
        Assert.Equal(new Minting.Denied(VaultDenial.EntityDisabled), await _vault.MintChildAsync(_root, form, Call));
        await _admin.DeleteAsync(new Uri($"identity/entity/id/{entity.Id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.IsType<VaultAnswer<EntityFacts>.Absent>(await _vault.ReadEntityAsync(_root, entity.Id, Call));
    }

    [Fact]
    public async Task A_wrap_opens_once_and_is_destroyed_by_spending_it()
    {
        var own = await TokenAsync("default");
        var wrapped = await WrapAsync();
        var facts = Value(await _vault.LookupWrapAsync(wrapped.Token, Call));
        Assert.Equal((wrapped.CreationTime, "sys/wrapping/wrap", TimeSpan.FromMinutes(1)), (facts.CreationTime, facts.CreationPath, facts.CreationTtl));
        Assert.Equal("""{"codes":["x"]}""", Encoding.UTF8.GetString(Value(await _vault.UnwrapAsync(own, wrapped.Token, Call))));
        Assert.IsType<VaultAnswer<byte[]>.Absent>(await _vault.UnwrapAsync(own, wrapped.Token, Call));
        Assert.IsType<VaultAnswer<WrapFacts>.Absent>(await _vault.LookupWrapAsync(wrapped.Token, Call));
        Assert.IsType<VaultAnswer<TokenFacts>.Absent>(await _vault.LookupAccessorAsync(_root, wrapped.Accessor, Call));

        var spent = await WrapAsync();
        Assert.True(await _vault.SpendWrapAsync(spent.Token, Call));
        Assert.IsType<VaultAnswer<byte[]>.Absent>(await _vault.UnwrapAsync(own, spent.Token, Call));
    }

    [Fact]
    public async Task The_pepper_digests_by_the_version_asked()
    {
        Assert.IsType<VaultFault.WronglySetUp>(Fault(await _vault.TransitHmacAsync(_root, ["a"u8.ToArray()], null, Call)));
        await PostAsync($"{_settings.TransitMount}/keys/{_settings.PepperKey}", "{}");
        var first = Value(await _vault.TransitHmacAsync(_root, ["a"u8.ToArray(), "b"u8.ToArray()], null, Call));
        await PostAsync($"{_settings.TransitMount}/keys/{_settings.PepperKey}/rotate", "{}");

        var second = Value(await _vault.TransitHmacAsync(_root, ["a"u8.ToArray()], null, Call));
        var again = Value(await _vault.TransitHmacAsync(_root, ["a"u8.ToArray()], 1, Call));

        Assert.Equal([1, 1, 2, 1], [first[0].KeyVersion, first[1].KeyVersion, second[0].KeyVersion, again[0].KeyVersion]);
        Assert.Equal(first[0].Digest, again[0].Digest);
        Assert.NotEqual(first[0].Digest, first[1].Digest);
    }

    [Fact]
    public async Task The_broker_logs_in_renews_and_revokes_itself()
    {
        await PostAsync($"auth/{_settings.AppRoleMount}/role/{_settings.AppRoleName}", """{"token_policies":["default"],"token_ttl":"10m"}""");
        var roleId = (await GetAsync($"auth/{_settings.AppRoleMount}/role/{_settings.AppRoleName}/role-id")).GetProperty("data").GetProperty("role_id").GetString()!;
        var secret = (await PostAsync($"auth/{_settings.AppRoleMount}/role/{_settings.AppRoleName}/secret-id", "{}")).GetProperty("data").GetProperty("secret_id").GetString();
        var secretId = VaultSecretId.TryParse(secret, out _)!;

        var login = Value(await _vault.LoginAppRoleAsync(roleId, secretId, Call));
        Assert.Equal((TimeSpan.FromMinutes(10), true), (login.Lease, login.Renewable));
        Assert.Equal(login.Accessor, Value(await _vault.RenewSelfAsync(login.Token, Call)).Accessor);
        Assert.True(Value(await _vault.RevokeSelfAsync(login.Token, Call)));
        Assert.Equal(VaultDenial.InvalidToken, Assert.IsType<VaultAnswer<LoginFacts>.Denied>(await _vault.RenewSelfAsync(login.Token, Call)).Why);
        Assert.IsType<VaultAnswer<LoginFacts>.Denied>(await _vault.LoginAppRoleAsync("nope", secretId, Call));
        Assert.IsType<VaultAnswer<LoginFacts>.Denied>(await _vault.LoginAppRoleAsync(roleId, VaultSecretId.TryParse("nope", out _)!, Call));
        var health = await _vault.HealthAsync(Call);
        Assert.Equal((true, false, null), (health.Initialized, health.Sealed, health.Fault));
    }

    private Task<KvWrite> WriteAsync(string json, long cas) =>
        _vault.WriteKvAsync(_root, "identities/bcb.a", Encoding.UTF8.GetBytes(json), cas, Call);

    private async Task<Wrapping.Wrapped> WrapAsync() => Assert.IsType<Wrapping.Wrapped>(
        await _vault.WrapAsync(_root, """{"codes":["x"]}"""u8.ToArray(), TimeSpan.FromMinutes(1), Call));

    private Task PolicyAsync(string name, string policy) =>
        PostAsync($"sys/policies/acl/{_name}-{name}", JsonSerializer.Serialize(new { policy }));

    private async Task<VaultToken> TokenAsync(params string[] policies)
    {
        string[] names = [.. policies.Select(policy => policy == "default" ? policy : $"{_name}-{policy}")];
        var made = await PostAsync("auth/token/create", JsonSerializer.Serialize(new { policies = names, ttl = "5m" }));
        return new VaultToken(made.GetProperty("auth").GetProperty("client_token").GetString()!);
    }

    private async Task<string> TokenMountAccessorAsync() =>
        (await GetAsync("sys/auth")).GetProperty("data").GetProperty("token/").GetProperty("accessor").GetString()!;

    private Task<JsonElement> GetAsync(string path) =>
        _admin.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    private async Task<JsonElement> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _admin.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode || text.Contains("Upgrading", StringComparison.Ordinal), $"{path}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static T Value<T>(VaultAnswer<T> answer) => Assert.IsType<VaultAnswer<T>.Ok>(answer).Value;

    private static VaultFault Fault<T>(VaultAnswer<T> answer) => Assert.IsType<VaultAnswer<T>.Faulted>(answer).Fault;
}
