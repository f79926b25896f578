using System.Globalization;

namespace BackupCodeBroker.Tests.Vault;

/// <summary>As much of Vault as the log-in sees, and how it is today.</summary>
internal sealed class LoginVault
{
    public bool Sealed { get; set; }

    public bool Refusing { get; set; }

    public bool Revoked { get; set; }

    public bool WrapSpent { get; set; }

    public string WrapPath { get; set; } = "auth/approle/role/bcb-broker/secret-id";

    public int RenewedLease { get; set; } = 600;

    public int Logins { get; private set; }

    public int Renewals { get; private set; }

    public int Lookups { get; private set; }

    public bool RevocationFails { get; set; }

    /// <summary>The tokens that were revoked, in their order.</summary>
    public List<string> RevokedTokens { get; } = [];

    public int Revocations => RevokedTokens.Count;

    public int FailedRevocations { get; private set; }

    public int Unwraps { get; private set; }

    /// <summary>The bodies of log-ins by JWT, in their order.</summary>
    public List<string> JwtLogins { get; } = [];

    /// <summary>What Vault says to a JWT that it does not take; null where it takes it.</summary>
    public (int Status, string Body)? JwtRefusal { get; set; }

    public Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> Answer(FakeVault.Seen seen) => seen.Uri.AbsolutePath switch
    {
        "/v1/auth/approle/login" => Login(),
        "/v1/auth/kubernetes/login" or "/v1/auth/corp/jwt/login" => LoginByJwt(seen.Body),
        _ when Sealed => FakeVault.Answer(503, VaultBodies.Sealed),
        "/v1/sys/wrapping/lookup" when WrapSpent => FakeVault.Answer(400, VaultBodies.NotValid),
        "/v1/sys/wrapping/lookup" => FakeVault.Answer(200, $$$"""{"data":{"creation_path":"{{{WrapPath}}}","creation_time":"t","creation_ttl":60}}"""),
        "/v1/sys/wrapping/unwrap" => Unwrap(),
        _ when Revoked => FakeVault.Answer(403, VaultBodies.BadToken),
        "/v1/auth/token/renew-self" => Renew(),
        "/v1/auth/token/lookup-self" => LookUp(),
        "/v1/auth/token/revoke-self" => Revoke(seen.Headers["X-Vault-Token"]),
        _ => FakeVault.Answer(404, VaultBodies.NoHandler),
    };

    private Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> Login()
    {
        Logins++;
        if (Sealed)
        {
            return FakeVault.Answer(503, VaultBodies.Sealed);
        }

        if (Refusing)
        {
            return FakeVault.Answer(400, """{"errors":["invalid secret id"]}""");
        }

        Revoked = false;
        var token = "s.BrokerBrokerBroker" + Logins.ToString(CultureInfo.InvariantCulture);
        return FakeVault.Answer(200, VaultBodies.Login.Replace("s.BrokerBrokerBrokerBroker", token, StringComparison.Ordinal));
    }

    private Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> LoginByJwt(string body)
    {
        lock (JwtLogins)
        {
            JwtLogins.Add(body);
        }

        return !Sealed && JwtRefusal is var (status, text) ? FakeVault.Answer(status, text) : Login();
    }

    private Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> Renew()
    {
        Renewals++;
        var lease = RenewedLease.ToString(CultureInfo.InvariantCulture);
        return FakeVault.Answer(200, VaultBodies.Login.Replace("\"lease_duration\":600", $"\"lease_duration\":{lease}", StringComparison.Ordinal));
    }

    private Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> LookUp()
    {
        Lookups++;
        return FakeVault.Answer(200, VaultBodies.Self);
    }

    private Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> Revoke(string token)
    {
        if (RevocationFails)
        {
            FailedRevocations++;
            return FakeVault.Answer(500, VaultBodies.InternalError);
        }

        lock (RevokedTokens)
        {
            RevokedTokens.Add(token);
        }

        return FakeVault.Answer(204, "");
    }

    private Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> Unwrap()
    {
        Unwraps++;
        return FakeVault.Answer(200, """{"data":{"secret_id":"canary-secret-id"}}""");
    }
}
