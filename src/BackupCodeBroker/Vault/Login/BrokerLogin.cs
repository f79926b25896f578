namespace BackupCodeBroker.Vault.Login;

/// <summary>
/// Keeps the broker logged in at Vault. In a loop: get a token by the configured method, renew it after two thirds of its lease, and get
/// another when it cannot be renewed any further, when Vault no longer knows it (somebody revoked it, or a call that used it was told so),
/// or when its file changed. While Vault is down or sealed it tries on with bounded pauses, and a token that still lives stays in use
/// until its lease is over. A token that it obtained itself is revoked when the broker stops, or soon after another took its place, and all its
/// children with it.
/// </summary>
internal sealed partial class BrokerLogin : BackgroundService
{
    private static readonly TimeSpan RevocationPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly VaultClient _vault;
    private readonly BrokerSession _session;
    private readonly ILoginMethod _method;
    private readonly TimeProvider _time;
    private readonly ILogger<BrokerLogin> _log;
    private readonly Backoff _backoff = new();
    private readonly ReplacedTokens _replaced;
    private Lease? _lease;

    public BrokerLogin(
        VaultClient vault, VaultSettings names, LoginSettings settings, BrokerSession session, TimeProvider time, ILogger<BrokerLogin> log)
    {
        (_vault, _session, _time, _log) = (vault, session, time, log);
        _method = LoginMethods.Of(settings, vault, names, time);
        _replaced = new ReplacedTokens(time);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        var tokens = _replaced.TakeAll();
        if (_method.OwnsToken && _session.State is SessionState.LoggedIn last)
        {
            tokens = [last, .. tokens];
        }

        await RevokeAtTheEndAsync(tokens, cancellationToken).ConfigureAwait(false);

        _session.Leave("the broker is stopping");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await ObtainAndKeepAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the loop: StopAsync does the rest.
        }
    }

    private async Task ObtainAndKeepAsync(CancellationToken stop)
    {
        switch (await _method.ObtainAsync(VaultCall.Fresh(stop)).ConfigureAwait(false))
        {
            case Obtained.Token token:
                _backoff.Reset();
                Enter(token);
                Log.LoggedIn(_log, token.Accessor, _session.Generation, (long)token.Lease.TotalSeconds);
                await KeepAsync(token, stop).ConfigureAwait(false);
                break;
            case Obtained.Nothing(var why):
                Log.NotLoggedIn(_log, why);
                if (_lease is null or { IsOver: true } || _session.Token is null)
                {
                    _session.Leave(why);
                }

                await _session.WaitForDoubtAsync(_backoff.Next(), _time, stop).ConfigureAwait(false);
                await RevokeReplacedAsync(stop).ConfigureAwait(false);
                break;
        }
    }

    private void Enter(Obtained.Token token)
    {
        if (_method.OwnsToken && _lease is { } lease && _session.State is SessionState.LoggedIn predecessor && !predecessor.Token.SameAs(token.Value))
        {
            _replaced.Add(predecessor, lease);
        }

        _lease = new Lease(_time, token.Lease);
        _session.Enter(token.Value, token.Accessor);
    }

    /// <summary>Ends when another token is needed.</summary>
    private async Task KeepAsync(Obtained.Token held, CancellationToken stop)
    {
        while (true)
        {
            var doubted = await _session.WaitForDoubtAsync(Pause(), _time, stop).ConfigureAwait(false);
            await RevokeReplacedAsync(stop).ConfigureAwait(false);
            if (_method.HasChanged())
            {
                return;
            }

            if (doubted && !await IsKnownAsync(held.Value, stop).ConfigureAwait(false))
            {
                return;
            }

            if (_lease!.IsDue && !await RenewAsync(held, stop).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private TimeSpan Pause()
    {
        var due = _lease!.UntilDue ?? TimeSpan.FromHours(1);
        due = _method.WatchEvery is { } watch && watch < due ? watch : due;
        return _replaced.UntilDue is { } replaced && replaced < due ? replaced : due;
    }

    private async Task<bool> IsKnownAsync(VaultToken token, CancellationToken stop)
    {
        var answer = await _vault.LookupSelfAsync(token, VaultCall.Fresh(stop)).ConfigureAwait(false);
        if (answer is VaultAnswer<TokenFacts>.Denied(VaultDenial.InvalidToken, _))
        {
            return Lost();
        }

        // However many calls doubt it, one look a second is enough.
        await Task.Delay(LookAgainAfter, _time, stop).ConfigureAwait(false);
        return true;
    }

    private bool Lost()
    {
        const string Why = "Vault no longer accepts the broker's token";
        Log.TokenLost(_log, _session.Accessor);
        _session.Leave(Why);
        return false;
    }

    /// <summary>False when another token is needed: this one ends for good soon, or has ended.</summary>
    private async Task<bool> RenewAsync(Obtained.Token held, CancellationToken stop)
    {
        if (!held.Renewable)
        {
            return false;
        }

        switch (await _vault.RenewSelfAsync(held.Value, VaultCall.Fresh(stop)).ConfigureAwait(false))
        {
            case VaultAnswer<LoginFacts>.Ok(var renewed, _):
                _backoff.Reset();
                _lease = new Lease(_time, renewed.Lease);
                Log.Renewed(_log, held.Accessor, (long)renewed.Lease.TotalSeconds);

                // Near its maximum TTL a token is renewed for ever less: better a new one while this one lives.
                return renewed.Lease >= held.Lease / 2;
            case VaultAnswer<LoginFacts>.Denied(VaultDenial.InvalidToken, _):
                return Lost();
            case VaultAnswer<LoginFacts>.Faulted(var fault):
                Log.NotRenewed(_log, held.Accessor, fault.Describe());
                await _session.WaitForDoubtAsync(_backoff.Next(), _time, stop).ConfigureAwait(false);
                return !_lease!.IsOver || Lost();
            default:
                return false;
        }
    }

    private async Task RevokeReplacedAsync(CancellationToken stop)
    {
        while (_replaced.Due is { } token)
        {
            var answer = await _vault.RevokeSelfAsync(token.Token, VaultCall.Fresh(stop)).ConfigureAwait(false);
            Log.ReplacedRevoked(_log, token.Accessor, answer is VaultAnswer<bool>.Ok);
            if (answer is VaultAnswer<bool>.Faulted)
            {
                _replaced.Postpone();
            }
            else
            {
                // Denied, it is no token any more.
                _replaced.Drop();
            }
        }
    }

    private async Task RevokeAtTheEndAsync(IReadOnlyList<SessionState.LoggedIn> tokens, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(RevocationPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        var call = VaultCall.Fresh(either.Token);
        await Task.WhenAll(tokens.Select(token => RevokeAtTheEndAsync(token, call))).ConfigureAwait(false);
    }

    private async Task RevokeAtTheEndAsync(SessionState.LoggedIn token, VaultCall call)
    {
        try
        {
            var answer = await _vault.RevokeSelfAsync(token.Token, call).ConfigureAwait(false);
            Log.Revoked(_log, token.Accessor, answer is VaultAnswer<bool>.Ok);
        }
        catch (OperationCanceledException)
        {
            Log.Revoked(_log, token.Accessor, false);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "logged in at Vault: token accessor {Accessor}, the {Generation}., for {Seconds} s")]
        public static partial void LoggedIn(ILogger log, string accessor, long generation, long seconds);

        [LoggerMessage(2, LogLevel.Warning, "not logged in at Vault: {Why}")]
        public static partial void NotLoggedIn(ILogger log, string why);

        [LoggerMessage(3, LogLevel.Debug, "token {Accessor} renewed for {Seconds} s")]
        public static partial void Renewed(ILogger log, string accessor, long seconds);

        [LoggerMessage(4, LogLevel.Warning, "token {Accessor} not renewed: {Why}")]
        public static partial void NotRenewed(ILogger log, string accessor, string why);

        [LoggerMessage(5, LogLevel.Warning, "Vault no longer accepts token {Accessor}: it was revoked, or its lease is over")]
        public static partial void TokenLost(ILogger log, string accessor);

        [LoggerMessage(6, LogLevel.Information, "token {Accessor} revoked at the end: {Done}")]
        public static partial void Revoked(ILogger log, string accessor, bool done);

        [LoggerMessage(7, LogLevel.Information, "token {Accessor}, which another replaced, revoked: {Done}")]
        public static partial void ReplacedRevoked(ILogger log, string accessor, bool done);
    }
}
