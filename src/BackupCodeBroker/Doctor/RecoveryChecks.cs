using System.Text.Json;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Doctor;

/// <summary>
/// The roles that recoveries hand credentials of. They are the platform team's own, so nothing here is set right by bootstrap; what would make a code worth more
/// than its identity, or could not be ended in an incident, is found. The broker refuses the worst of it itself.
/// </summary>
internal sealed class RecoveryChecks(BootstrapSession session, VaultSurvey survey, DoctorOptions options)
{
    private const int MostRoles = 500;
    private const int LongestSeconds = 24 * 60 * 60;
    private const int LongestSecretIdSeconds = 60 * 60;

    /// <summary>Every role of both kinds.</summary>
    public async Task<IReadOnlyList<CheckReport>> AllAsync(CancellationToken cancellation)
    {
        if (!options.Recoveries)
        {
            return [Of("", new CheckResult.Ok("not used: no profile has a recovery"))];
        }

        var prefix = session.Settings.RecoveryRolePrefix;
        List<CheckReport> reports =
        [
            .. await RolesAsync($"auth/{session.Settings.RecoveryMount}/role", "", AppRole, cancellation),
            .. await RolesAsync("auth/token/roles", prefix, TokenRole, cancellation),
        ];
        return reports.Count > 0 ? reports : [Of("", new CheckResult.Ok("every role is narrow and can be ended"))];
    }

    private async Task<IReadOnlyList<CheckReport>> RolesAsync(
        string path, string prefix, Func<string, JsonElement, CheckResult?> judge, CancellationToken cancellation)
    {
        var listed = await survey.NamesAsync(path, cancellation);
        if (listed is not VaultAnswer<IReadOnlyList<string>>.Ok { Value: var names })
        {
            return listed switch
            {
                VaultAnswer<IReadOnlyList<string>>.Denied denied => [Of(path, Unseen.ListDenied(denied.Path))],
                VaultAnswer<IReadOnlyList<string>>.Faulted faulted => [Of(path, Unseen.Fault(faulted.Fault))],
                _ => [],
            };
        }

        List<CheckReport> reports = [];
        foreach (var name in names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && VaultAdmin.IsPolicyName(n)).Take(MostRoles))
        {
            var role = $"{path}/{name}";
            CheckResult? result = await survey.FieldsAsync(role, cancellation) switch
            {
                VaultAnswer<Described>.Ok ok => judge(role, ok.Value.Fields),
                VaultAnswer<Described>.Denied denied => Unseen.Denied(denied.Path),
                VaultAnswer<Described>.Faulted faulted => Unseen.Fault(faulted.Fault),
                _ => null,
            };
            reports.AddRange(result is null ? [] : [Of(role, result)]);
        }

        return reports;
    }

    private CheckResult? AppRole(string path, JsonElement role) =>
        !Flag(role, "bind_secret_id") ? Found(Severity.Error, path, "bind_secret_id is false", "its public half alone logs in", "bind_secret_id=true")
        : Grants(role, "token_policies") is { } policy ? Found(Severity.Error, path, $"token_policies has {policy}", "a code would be worth the broker itself", $"token_policies=default")
        : Seconds(role, "secret_id_num_uses") != 1 ? Found(Severity.Warning, path, $"secret_id_num_uses is {Seconds(role, "secret_id_num_uses")}", "one recovery logs in more than once", "secret_id_num_uses=1")
        : Seconds(role, "secret_id_ttl") is 0 or > LongestSecretIdSeconds ? Found(Severity.Warning, path, $"secret_id_ttl is {Seconds(role, "secret_id_ttl")} s", "what a recovery hands out stays good for longer than anybody needs to log in", "secret_id_ttl=10m")
        : Seconds(role, "token_period") != 0 ? Found(Severity.Warning, path, $"token_period is {Seconds(role, "token_period")} s", "a log-in by one code can be renewed for ever, and the broker cannot end it", "token_period=0")
        : Seconds(role, "token_max_ttl") is 0 or > LongestSeconds ? Found(Severity.Warning, path, $"token_max_ttl is {Seconds(role, "token_max_ttl")} s", "a log-in by one code lives on, and the broker cannot end it", "token_max_ttl=1h")
        : null;

    private CheckResult? TokenRole(string path, JsonElement role) =>
        Empty(role, "allowed_policies") ? Found(Severity.Error, path, "allowed_policies is empty", "its tokens get the broker's own policies, and the broker refuses to hand them out", "allowed_policies=default")
        : Grants(role, "allowed_policies") is { } policy ? Found(Severity.Error, path, $"allowed_policies has {policy}", "a code would be worth the broker itself", "allowed_policies=default")
        : !Flag(role, "orphan") ? Found(Severity.Error, path, "orphan is false", "its tokens die with the broker's, and the broker refuses to hand them out", "orphan=true")
        : Text(role, "token_type") is not ("service" or "default-service") ? Found(Severity.Error, path, $"token_type is {Text(role, "token_type")}", "batch tokens cannot be ended, and the broker refuses to hand them out", "token_type=service")
        : Seconds(role, "token_explicit_max_ttl") is 0 or > LongestSeconds ? Found(Severity.Warning, path, $"token_explicit_max_ttl is {Seconds(role, "token_explicit_max_ttl")} s", "what one code gave lives on", "token_explicit_max_ttl=1h")
        : null;

    private string? Grants(JsonElement role, string field) => Texts(role, field).FirstOrDefault(p => p == "root" || session.Settings.IsOwnPolicy(p));

    private static CheckResult.Finding Found(Severity severity, string path, string what, string why, string field) =>
        new(severity, what, why, new Remedy("set it right", $"vault write {path} {field}"));

    private static bool Flag(JsonElement role, string name) => role.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static string Text(JsonElement role, string name) => role.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static long Seconds(JsonElement role, string name) => role.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

    private static bool Empty(JsonElement role, string name) => !Texts(role, name).Any();

    private static IEnumerable<string> Texts(JsonElement role, string name) => role.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray().Select(item => item.ToString())
        : [];

    private static CheckReport Of(string about, CheckResult result) => new(DoctorChecks.RecoveryRoles, about, result);
}
