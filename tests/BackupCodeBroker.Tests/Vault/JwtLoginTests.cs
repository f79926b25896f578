using System.Buffers.Text;
using System.Text;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

/// <summary>The log-in loop with a JWT from a file, over a Vault that is a few variables and a clock that the test moves.</summary>
public sealed class JwtLoginTests : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(59);

    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-jwt-").FullName;
    private readonly ParkedTimeProvider _time = new(CallTimeout);
    private readonly LoginVault _state = new();
    private readonly FakeVault _vault;
    private readonly BrokerSession _session = new();

    public JwtLoginTests() => _vault = new FakeVault((seen, cancellation) => _state.Answer(seen)(seen, cancellation));

    private string TokenPath => Path.Combine(_folder, "token");

    private string Why => Assert.IsType<SessionState.LoggedOut>(_session.State).Why;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _vault.Dispose();
    }

    [Theory]
    [InlineData(JwtLoginSettings.KubernetesSetting, "kubernetes")]
    [InlineData(JwtLoginSettings.JwtSetting, "corp/jwt")]
    [Trait("Requirement", "R-41")]
    public async Task The_JWT_of_the_file_is_shown_with_the_role_and_the_token_is_revoked_at_the_end(string setting, string mount)
    {
        var jwt = Write("one");
        using var login = await StartAsync(setting, mount);
        await _time.Until(() => _session.Token is not null);

        Assert.Equal([$$"""{"role":"bcb-broker","jwt":"{{jwt}}"}"""], _state.JwtLogins);
        await login.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, _state.Revocations);
    }

    [Fact]
    [Trait("Requirement", "R-41")]
    public async Task A_JWT_that_was_replaced_is_taken_up_by_the_next_log_in_after_a_revocation()
    {
        Write("one");
        using var login = await StartAsync();
        await _time.Until(() => _session.Generation == 1);
        var second = Write("two");
        _state.Revoked = true;

        _session.Doubt(1);
        await _time.Until(() => _session.Generation == 2);

        Assert.Contains(second, _state.JwtLogins[^1], StringComparison.Ordinal);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("Requirement", "R-41")]
    public async Task Before_its_token_can_be_renewed_no_further_the_broker_logs_in_anew_and_is_never_without()
    {
        Write("one");
        _state.RenewedLease = 100;
        using var login = await StartAsync();
        await _time.Until(() => _session.Generation == 1);

        var everWithout = false;
        await _time.Until(() =>
        {
            everWithout |= _session.Token is null;
            return _session.Generation == 2;
        });

        Assert.False(everWithout);
        Assert.Equal(2, _state.JwtLogins.Count);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_JWT_that_has_ended_is_said_to_have_ended_and_its_successor_is_waited_for()
    {
        Write("old", _time.GetUtcNow().AddMinutes(-5));
        _state.JwtRefusal = (403, """{"errors":["permission denied"]}""");
        using var login = await StartAsync();
        await _time.Until(() => _session.State is SessionState.LoggedOut(var why) && why.Contains("ended at", StringComparison.Ordinal));

        Assert.Contains("does not let the JWT in to role 'bcb-broker'", Why, StringComparison.Ordinal);
        Write("new", _time.GetUtcNow().AddHours(10));
        _state.JwtRefusal = null;
        await _time.Until(() => _session.Token is not null);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("", "is empty or too large")]
    [InlineData(" \n", "is empty or too large")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.", "not a signed JWT")]
    [InlineData("not a token", "not a JWT")]
    [InlineData("s.CanaryCanaryCanaryCanary", "not a signed JWT")]
    public async Task A_file_without_a_JWT_is_named_without_its_content_and_never_sent(string? content, string why)
    {
        if (content is not null)
        {
            await File.WriteAllTextAsync(TokenPath, content, TestContext.Current.CancellationToken);
        }

        using var login = await StartAsync();
        await _time.Until(() => _session.State is SessionState.LoggedOut(var said) && said.Contains(why, StringComparison.Ordinal));

        Assert.Contains(TokenPath, Why, StringComparison.Ordinal);
        Assert.DoesNotContain("Canary", Why, StringComparison.Ordinal);
        Assert.Empty(_state.JwtLogins);
        Write("one");
        await _time.Until(() => _session.Token is not null);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_huge_file_is_not_read_to_its_end_and_not_sent()
    {
        await File.WriteAllTextAsync(TokenPath, "a.b." + new string('c', 1 << 20), TestContext.Current.CancellationToken);
        using var login = await StartAsync();
        await _time.Until(() => _session.State is SessionState.LoggedOut(var said) && said.Contains("too large", StringComparison.Ordinal));

        Assert.Empty(_state.JwtLogins);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task While_Vault_is_sealed_it_says_so_and_tries_on()
    {
        Write("one");
        _state.Sealed = true;
        using var login = await StartAsync();
        await _time.Until(() => _state.JwtLogins.Count >= 3);

        Assert.Equal("Vault is sealed", Why);
        _state.Sealed = false;
        await _time.Until(() => _session.Token is not null);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    // As Vault 1.8 (vault-plugin-auth-jwt and -kubernetes 0.10) and today's (0.26, 0.24) word it.
    [Theory]
    [InlineData(400, "role \"bcb-broker\" could not be found", "'auth/kubernetes' has no role 'bcb-broker' for JWTs")]
    [InlineData(400, "invalid role name \"bcb-broker\"", "'auth/kubernetes' has no role 'bcb-broker' for JWTs")]
    [InlineData(400, "missing client token", "there is no auth method at 'auth/kubernetes'")]
    [InlineData(403, "permission denied", "does not let the JWT in to role 'bcb-broker'")]
    [InlineData(400, "could not load configuration", "the auth method at 'auth/kubernetes' is not configured")]
    [InlineData(500, "could not load backend configuration", "the auth method at 'auth/kubernetes' is not configured")]
    [InlineData(400, "error validating token: invalid expiration time (exp) claim: token is expired", "Vault says that the JWT has expired")]
    [InlineData(500, "token is expired", "Vault says that the JWT has expired")]
    [InlineData(400, "error validating token: invalid not before (nbf) claim: token not yet valid", "the JWT is not valid yet")]
    [InlineData(400, "error validating token: error verifying token signature: no known key successfully validated the token signature", "knows no key that has signed the JWT")]
    [InlineData(500, "1 error occurred:\n\t* failed to validate JWT: crypto/rsa: verification error\n\n", "knows no key that has signed the JWT")]
    [InlineData(400, "error validating token: invalid audience (aud) claim: audience claim does not match any expected audience", "is bound to other JWTs: error validating token: invalid audience")]
    [InlineData(400, "error validating token: invalid subject (sub) claim", "is bound to other JWTs")]
    [InlineData(400, "error validating claims: claim \"team\" does not match any associated bound claim values", "is bound to other JWTs: error validating claims: claim \"team\"")]
    [InlineData(500, "namespace not authorized", "is bound to other JWTs: namespace not authorized")]
    [InlineData(403, "service account name not authorized", "is bound to other JWTs: service account name not authorized")]
    [InlineData(500, "internal error", "Vault answered 500 unexpectedly")]
    public async Task What_Vault_says_to_a_JWT_is_said_in_words(int status, string text, string why)
    {
        Write("one");
        _state.JwtRefusal = (status, System.Text.Json.JsonSerializer.Serialize(new { errors = new[] { text } }));
        using var login = await StartAsync();
        await _time.Until(() => _session.State is SessionState.LoggedOut(var said) && said.Contains(why, StringComparison.Ordinal));

        var tried = _state.JwtLogins.Count;
        await _time.Until(() => _state.JwtLogins.Count > tried);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public async Task An_answer_that_repeats_the_JWT_takes_it_nowhere()
    {
        var jwt = Write("one");
        _state.JwtRefusal = (400, System.Text.Json.JsonSerializer.Serialize(new { errors = new[] { "invalid claim in " + jwt } }));
        using var login = await StartAsync();
        await _time.Until(() => _session.State is SessionState.LoggedOut(var said) && said.Contains("bound to other", StringComparison.Ordinal));

        Assert.DoesNotContain(jwt, Why, StringComparison.Ordinal);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public void A_JWT_does_not_print_interpolate_or_serialise()
    {
        var jwt = ServiceJwt.TryParse(Make("canary", DateTimeOffset.UnixEpoch.AddSeconds(1_900_000_000)), out _)!;

        Assert.Equal(("[jwt]", "[jwt]"), (jwt.ToString(), $"{jwt}"));
        Assert.DoesNotContain(jwt.Reveal()[..10], System.Text.Json.JsonSerializer.Serialize(jwt), StringComparison.Ordinal);
        Assert.Equal(1_900_000_000, jwt.Expires?.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("e30")]
    [InlineData("bm90IGpzb24")]
    [InlineData("WzFd")]
    [InlineData("eyJleHAiOiJzb29uIn0")]
    [InlineData("eyJleHAiOjFlMzB9")]
    [InlineData("A")]
    public void What_a_JWT_says_of_its_end_is_read_if_it_can_be(string payload) => Assert.Null(ServiceJwt.TryParse($"e30.{payload}.c2ln", out _)!.Expires);

    private static string Make(string subject, DateTimeOffset expires) =>
        string.Join('.', new[] { """{"alg":"RS256"}""", $$"""{"sub":"{{subject}}","exp":{{expires.ToUnixTimeSeconds()}}}""", "no signature that anybody checks" }
            .Select(part => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part))));

    private string Write(string subject, DateTimeOffset? expires = null)
    {
        var jwt = Make(subject, expires ?? _time.GetUtcNow().AddYears(1));
        File.WriteAllText(TokenPath, jwt + "\n");
        return jwt;
    }

    private async Task<BrokerLogin> StartAsync(string setting = JwtLoginSettings.KubernetesSetting, string mount = "kubernetes")
    {
        var names = new VaultSettings { CallTimeout = CallTimeout };
        var settings = new JwtLoginSettings(setting) { Mount = mount, Role = "bcb-broker", File = TokenPath };
        var login = new BrokerLogin(
            _vault.Client(_time, names), names, settings.IsKubernetes ? new LoginSettings { Kubernetes = settings } : new LoginSettings { Jwt = settings }, _session, _time, NullLogger<BrokerLogin>.Instance);
        await login.StartAsync(TestContext.Current.CancellationToken);
        return login;
    }
}
