using BackupCodeBroker.Access;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Health;

/// <summary>What keeps the broker from serving, in words, each with what is done about it.</summary>
internal static class ReadinessWords
{
    /// <summary>For what bootstrap sets right.</summary>
    public const string Bootstrap = "run `bcb bootstrap`";

    /// <summary>For what bootstrap has to look at first.</summary>
    public const string Check = "run `bcb bootstrap --check`";

    /// <summary>For a beat that lies ahead.</summary>
    public const string SetClockRight = "set this clock right by NTP; where it is right, the former leader's was far ahead: set that right, then raise epoch on every broker (src/docs/worker.md)";

    private const string WaitsForVault = "the broker looks again by itself";

    /// <summary>The look took too long.</summary>
    public static Shortcoming Slow { get; } = new("vault-reachable", "Vault did not answer in time", "", IsLoad: true);

    /// <summary>The state document is older than this replica remembers it, and which of two causes it has is being found out.</summary>
    public static Shortcoming SetBack { get; } = new(
        "state-restored", "broker/state in Vault is older than this broker has seen it", "the broker finds out whether a standby answered late or storage was restored");

    /// <summary>This machine's clock stands before the last beat: no code is taken here, and this replica's worker does not lead.</summary>
    public static Shortcoming ClockIsBehind { get; } = new(
        "heartbeat", "this machine's clock stands before the leading worker's last beat, so every use of a code is refused here and this replica does not lead", SetClockRight);

    /// <summary>Sets of this epoch are void, because storage was restored or another broker is configured with a higher one.</summary>
    public static Shortcoming BelowFloor(int epoch, int floor) => new(
        "epoch",
        $"the configured epoch {epoch} is below the floor {floor} in Vault: storage was restored, or another broker has a higher one",
        $"set epoch to {floor} on every broker and restart it; every code is then issued anew (src/docs/restore.md)");

    /// <summary>A child may not read what it needs: its policy is not there, or another one.</summary>
    public static Shortcoming ChildrenMayNot(string policy, string what) =>
        new(StepIds.BrokerPolicies, $"the policy {policy} does not let the broker's children read {what}", Bootstrap);

    /// <summary>Vault gave no answer to go by.</summary>
    public static Shortcoming Of(VaultFault fault) => new(IdOf(fault), fault.Describe(), FixOf(fault), fault.IsLoad);

    /// <summary>The broker itself could not look: it has no token, or Vault refuses its token something, and the fault says what.</summary>
    public static Shortcoming Of(BrokerFaultException fault, bool loggedIn) => (fault.Kind, loggedIn) switch
    {
        (FaultKind.NotReady, true) => new(StepIds.BrokerPolicies, fault.Message, ""),
        (FaultKind.NotReady, false) => new("log-in", fault.Message, "`bcb doctor --config FILE` looks at the broker's log-in"),
        _ => new("vault-reachable", fault.Message, "", fault.Fault?.IsLoad == true),
    };

    private static string IdOf(VaultFault fault) => fault switch
    {
        VaultFault.Sealed => "vault-unsealed",
        VaultFault.WronglySetUp => StepIds.DocumentMount,
        _ => "vault-reachable",
    };

    private static string FixOf(VaultFault fault) => fault switch
    {
        VaultFault.Sealed => "unseal every node (`vault operator unseal`)",
        VaultFault.WronglySetUp => Check,
        VaultFault.Unreachable => "see that Vault runs and that vault.address and its certificate are right",
        _ => WaitsForVault,
    };
}
