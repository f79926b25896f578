using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <content>Log-in by JWT: Kubernetes' and any other.</content>
internal sealed partial class VaultClient
{
    /// <summary>Logs in to a role of the JWT or Kubernetes method at <c>auth/MOUNT</c>.</summary>
    public Task<JwtAnswer> LoginJwtAsync(string mount, string role, ServiceJwt jwt, VaultCall call)
    {
        var path = VaultPath.Of($"auth/{mount}/login");
        var body = RequestBody.Of(
            writer =>
            {
                writer.WriteString("role", role);
                writer.WriteString("jwt", jwt.Reveal());
            },
            capacity: jwt.Length + 1024);
        return _transport.CallAsync<JwtAnswer>(Post(CallClass.Upkeep, path, null, body, call), reply => reply switch
        {
            { Status: 200, Root: { } root } when LoginOf(root) is { } login => new JwtAnswer.LoggedIn(login),
            _ when JwtRefusal.Of(reply, mount, role) is { } why => new JwtAnswer.Refused(why),
            _ => new JwtAnswer.Faulted(Verdict.Fault(reply)),
        });
    }
}
