using System.Text;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

/// <summary>The log-in loop, over a Vault that is a few variables and a clock that the test moves.</summary>
public sealed class BrokerLoginTests : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(59);

    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-login-").FullName;
    private readonly ParkedTimeProvider _time = new(CallTimeout);
    private readonly LoginVault _state = new();
    private readonly FakeVault _vault;
    private readonly RecordingLogger _log = new();
    private readonly BrokerSession _session = new();
    private readonly List<long> _replaced = [];

    public BrokerLoginTests()
    {
        _vault = new FakeVault((seen, cancellation) => _state.Answer(seen)(seen, cancellation));
        _session.TokenReplaced += _replaced.Add;
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _vault.Dispose();
    }

    [Fact]
    public async Task It_logs_in_renews_at_two_thirds_and_revokes_its_token_at_the_end()
    {
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _session.Token is not null);
        var start = _time.GetUtcNow();

        await _time.Until(() => _state.Renewals == 1);

        Assert.InRange(_time.GetUtcNow() - start, TimeSpan.FromSeconds(355), TimeSpan.FromSeconds(450));
        Assert.Equal((1L, "a1"), (_session.Generation, _session.Accessor));
        Assert.Equal([1L], _replaced);
        await login.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, _state.Revocations);
        Assert.Null(_session.Token);
    }

    [Fact]
    public async Task Near_its_maximum_life_the_token_is_replaced_before_it_ends()
    {
        _state.RenewedLease = 100;
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _session.Generation == 1);

        var everWithout = false;
        await _time.Until(() =>
        {
            everWithout |= _session.Token is null;
            return _session.Generation == 2;
        });

        Assert.False(everWithout);
        Assert.Equal([1L, 2L], _replaced);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_predecessor_is_revoked_when_the_operations_that_use_it_are_over()
    {
        _state.RenewedLease = 100;
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _session.Generation == 2);
        _state.RenewedLease = 600;
        var replaced = _time.GetUtcNow();

        await _time.Until(() => _state.Revocations == 1);

        Assert.InRange(_time.GetUtcNow() - replaced, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(60));
        Assert.Equal(["s.BrokerBrokerBroker1"], _state.RevokedTokens);
        Assert.Equal((2L, true), (_session.Generation, _session.Token is not null));
        await login.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["s.BrokerBrokerBroker1", "s.BrokerBrokerBroker2"], _state.RevokedTokens);
    }

    [Fact]
    public async Task A_predecessor_that_could_not_be_revoked_has_its_turn_again()
    {
        _state.RenewedLease = 100;
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _session.Generation == 2);
        (_state.RenewedLease, _state.RevocationFails) = (600, true);
        await _time.Until(() => _state.FailedRevocations == 2);

        _state.RevocationFails = false;
        await _time.Until(() => _state.Revocations == 1);

        Assert.Equal(["s.BrokerBrokerBroker1"], _state.RevokedTokens);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task At_the_end_a_predecessor_is_revoked_too_however_young()
    {
        _state.RenewedLease = 100;
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _session.Generation == 2);

        await login.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["s.BrokerBrokerBroker1", "s.BrokerBrokerBroker2"], _state.RevokedTokens.Order());
    }

    [Fact]
    public async Task A_token_that_somebody_revoked_is_replaced_as_soon_as_a_call_notices()
    {
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _session.Generation == 1);
        _state.Revoked = true;

        _session.Doubt(generation: 0);
        _session.Doubt(_session.Generation);
        await _time.Until(() => _session.Generation == 2);

        Assert.Equal((2, 0), (_state.Logins, _state.Renewals));
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_doubt_that_Vault_does_not_share_changes_nothing()
    {
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _session.Generation == 1);

        _session.Doubt(_session.Generation);
        await _time.Until(() => _state.Lookups == 1);

        Assert.Equal((1L, true), (_session.Generation, _session.Token is not null));
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task While_Vault_is_sealed_at_start_it_says_so_and_tries_on()
    {
        _state.Sealed = true;
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _state.Logins >= 5);

        Assert.Equal("Vault is sealed", Assert.IsType<SessionState.LoggedOut>(_session.State).Why);
        Assert.False(_session.FirstLogin.IsCompleted);
        _state.Sealed = false;
        await _time.Until(() => _session.FirstLogin.IsCompleted);
        Assert.NotNull(_session.Token);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_token_stays_in_use_while_Vault_is_down_and_until_its_lease_is_over()
    {
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _session.Generation == 1);
        var start = _time.GetUtcNow();
        _state.Sealed = true;

        await _time.Until(() => _session.Token is null);

        Assert.InRange(_time.GetUtcNow() - start, TimeSpan.FromSeconds(595), TimeSpan.FromSeconds(650));
        _state.Sealed = false;
        await _time.Until(() => _session.Generation == 2);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("role-id", "role-id' does not exist")]
    [InlineData("secret-id", "secret-id' does not exist")]
    public async Task A_missing_file_is_named_and_waited_for(string missing, string why)
    {
        var settings = AppRole();
        var file = Path.Combine(_folder, missing);
        var content = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        File.Delete(file);
        using var login = await StartAsync(settings);
        await _time.Until(() => _session.State is SessionState.LoggedOut(var said) && said.EndsWith(why, StringComparison.Ordinal));

        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);

        await _time.Until(() => _session.Token is not null);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("Requirement", "R-41")]
    public async Task A_wrapped_secret_id_is_opened_once_and_serves_every_later_log_in()
    {
        using var login = await StartAsync(Wrapped());
        await _time.Until(() => _session.Generation == 1);
        _state.Revoked = true;
        _session.Doubt(1);
        await _time.Until(() => _session.Generation == 2);

        Assert.Equal((1, 2), (_state.Unwraps, _state.Logins));
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_wrap_from_elsewhere_is_not_opened()
    {
        _state.WrapPath = "sys/wrapping/wrap";
        using var login = await StartAsync(Wrapped());
        await _time.Until(() => _session.State is SessionState.LoggedOut(var why) && why.Contains("not opened", StringComparison.Ordinal));

        Assert.Equal((0, 0), (_state.Unwraps, _state.Logins));
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_wrap_that_somebody_else_opened_is_said_to_be_that_and_not_tried_again()
    {
        _state.WrapSpent = true;
        using var login = await StartAsync(Wrapped());
        await _time.Until(() => _session.State is SessionState.LoggedOut(var why) && why.Contains("somebody has opened it", StringComparison.Ordinal));
        var asked = _vault.Requests.Count;
        await _time.Until(() => _log.Lines.Count(line => line.Contains("somebody has opened it", StringComparison.Ordinal)) >= 3);

        Assert.Equal(asked, _vault.Requests.Count);
        await login.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("Requirement", "R-41")]
    public async Task A_token_file_is_followed_and_its_token_not_revoked()
    {
        var file = Path.Combine(_folder, "sink");
        await File.WriteAllTextAsync(file, "s.FirstFirstFirstFirst\n", TestContext.Current.CancellationToken);
        using var login = await StartAsync(new LoginSettings { TokenFile = file });
        await _time.Until(() => _session.Generation == 1);

        await File.WriteAllTextAsync(file, "s.SecondSecondSecond\n", TestContext.Current.CancellationToken);
        await _time.Until(() => _session.Generation == 2);

        await login.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), (_state.Revocations, _state.Logins));
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public async Task No_log_line_holds_a_token_or_a_secret_id()
    {
        using var login = await StartAsync(AppRole());
        await _time.Until(() => _state.Renewals == 1);
        _state.Refusing = true;
        _state.Revoked = true;
        _session.Doubt(1);
        await _time.Until(() => _session.Token is null);
        await login.StopAsync(TestContext.Current.CancellationToken);

        Assert.NotEmpty(_log.Lines);
        Assert.All(_log.Lines, line =>
        {
            Assert.DoesNotContain("s.Broker", line, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", line, StringComparison.Ordinal);
        });
    }

    private LoginSettings AppRole() => Credentials("secret-id", "canary-secret-id");

    private LoginSettings Wrapped() => Credentials("wrapped-secret-id", "s.WrapWrapWrapWrapWrapWrap");

    private LoginSettings Credentials(string file, string content)
    {
        File.WriteAllText(Path.Combine(_folder, "role-id"), "role\n", Encoding.ASCII);
        File.WriteAllText(Path.Combine(_folder, file), content + "\n", Encoding.ASCII);
        return new LoginSettings { CredentialsDirectory = _folder };
    }

    private async Task<BrokerLogin> StartAsync(LoginSettings settings)
    {
        var names = new VaultSettings { CallTimeout = CallTimeout };
        var login = new BrokerLogin(_vault.Client(_time, names), names, settings, _session, _time, _log);
        await login.StartAsync(TestContext.Current.CancellationToken);
        return login;
    }

    private sealed class RecordingLogger : ILogger<BrokerLogin>
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception) + exception);
            }
        }
    }
}
