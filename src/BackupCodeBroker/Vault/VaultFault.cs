using System.Globalization;

namespace BackupCodeBroker.Vault;

/// <summary>Why Vault said no.</summary>
internal enum VaultDenial
{
    /// <summary>The token is unknown, expired, revoked, used up, or its entity is disabled; Vault does not say which.</summary>
    InvalidToken,

    /// <summary>The token is good and its policies do not grant this.</summary>
    NoCapability,

    /// <summary>A child was asked for an alias whose entity is disabled.</summary>
    EntityDisabled,
}

/// <summary>Why there is no answer from Vault: never a decision of Vault's about the caller. Closed.</summary>
internal abstract record VaultFault
{
    private VaultFault()
    {
    }

    /// <summary>For people: what is the matter, without any secret.</summary>
    public abstract string Describe();

    /// <summary>For telemetry: one word, never Vault's own.</summary>
    public string Kind => this switch
    {
        Sealed => "sealed",
        NoLeader => "no-leader",
        Unreachable => "unreachable",
        TimedOut => "timed-out",
        Busy => "busy",
        RateLimited => "rate-limited",
        WronglySetUp => "wrongly-set-up",
        _ => "unexpected",
    };

    /// <summary>Whether too much is going on, here or there: nothing is the matter that does not pass of itself.</summary>
    public bool IsLoad => this is TimedOut or Busy or RateLimited;

    /// <summary>Whether it is one answer's trouble, which says nothing of the others: an answer that nobody can read, or none for this one question.</summary>
    public bool IsOneAnswers => this is Unexpected or TimedOut;

    /// <summary>Vault is sealed.</summary>
    internal sealed record Sealed : VaultFault
    {
        public override string Describe() => "Vault is sealed";
    }

    /// <summary>No node leads, or the standbys point at one that does not.</summary>
    internal sealed record NoLeader : VaultFault
    {
        public override string Describe() => "Vault has no active node";
    }

    /// <summary>No connection, or one that broke.</summary>
    internal sealed record Unreachable(string Detail) : VaultFault
    {
        public override string Describe() => $"Vault cannot be reached: {Detail}";
    }

    /// <summary>No answer within the time a call may take.</summary>
    internal sealed record TimedOut : VaultFault
    {
        public override string Describe() => "Vault did not answer in time";
    }

    /// <summary>This replica has too much under way, or sheds load while Vault is down.</summary>
    internal sealed record Busy : VaultFault
    {
        public override string Describe() => "too many calls to Vault are under way, or Vault has just been failing";
    }

    /// <summary>A rate-limit quota of Vault.</summary>
    internal sealed record RateLimited(TimeSpan? RetryAfter) : VaultFault
    {
        public override string Describe() => "a rate limit of Vault was reached";
    }

    /// <summary>A mount, role or key is missing or of another kind: retrying does not help, an administrator does.</summary>
    internal sealed record WronglySetUp(string Detail) : VaultFault
    {
        public override string Describe() => $"Vault is not set up for the broker: {Detail}";
    }

    /// <summary>An answer that this client does not know; status 0 where there was none.</summary>
    internal sealed record Unexpected(int Status, string Detail) : VaultFault
    {
        public override string Describe() =>
            string.Create(CultureInfo.InvariantCulture, $"Vault answered {Status} unexpectedly: {Detail}");
    }
}
