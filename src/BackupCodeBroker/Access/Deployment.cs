using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Access;

/// <summary>What the broker has found out about the Vault that it stands beside, or why it cannot serve.</summary>
internal sealed class Deployment
{
    private volatile DeploymentState _state = new DeploymentState.NotReady([new Shortcoming("starting", "starting", "wait: the first look takes a moment")]);
    private volatile IReadOnlyList<Shortcoming> _notices = [];
    private volatile Shortcoming? _unlistedProxy;

    /// <summary>As of now.</summary>
    public DeploymentState State => _state;

    /// <summary>Everything is as it must be.</summary>
    public void Ready(DeploymentFacts facts) => _state = new DeploymentState.Ready(facts);

    /// <summary>Something is not.</summary>
    public void NotReady(IReadOnlyList<Shortcoming> missing) => _state = new DeploymentState.NotReady(missing);

    /// <summary>What does not keep the broker from serving and should be known.</summary>
    public IReadOnlyList<Shortcoming> Notices => _unlistedProxy is { } met ? [.. _notices, met] : _notices;

    /// <summary>Takes note of what a look found, in place of what the one before did.</summary>
    public void Notice(IReadOnlyList<Shortcoming> notices) => _notices = notices;

    /// <summary>Takes note of what a request showed: no look finds it again, so it stays for as long as the process.</summary>
    public void NoticeUnlistedProxy(Shortcoming met) => _unlistedProxy = met;

    /// <summary>What this replica remembers of the state document.</summary>
    public StateMemory Memory { get; } = new();

    /// <summary>
    /// Takes note of the state document as it was read; false where it cannot be gone by: the read is stale, and a lockdown may be missing from it, or
    /// storage was set back.
    /// </summary>
    public bool SawState(BrokerState state, long version) => Memory.Saw(state, version);
}

/// <summary>Closed.</summary>
internal abstract record DeploymentState
{
    private DeploymentState()
    {
    }

    /// <summary>The broker can serve.</summary>
    internal sealed record Ready(DeploymentFacts Facts) : DeploymentState;

    /// <summary>It cannot, and this is all that is missing.</summary>
    internal sealed record NotReady(IReadOnlyList<Shortcoming> Missing) : DeploymentState
    {
        /// <summary>In sentences.</summary>
        public IReadOnlyList<string> Reasons => [.. Missing.Select(missing => missing.Reason)];
    }
}

/// <summary>Something that is not as it should be.</summary>
/// <param name="Id">Its name for programs: that of the check of <c>bcb doctor</c> that looks closer.</param>
/// <param name="What">What is the matter.</param>
/// <param name="Fix">What is done about it, in words; empty where <paramref name="What"/> says it.</param>
/// <param name="IsLoad">Whether too much was going on to tell: nothing may be the matter at all.</param>
internal sealed record Shortcoming(string Id, string What, string Fix, bool IsLoad = false)
{
    /// <summary>Both in one sentence.</summary>
    public string Reason => Fix.Length == 0 ? What : $"{What}: {Fix}";
}

/// <summary>What is needed at every operation.</summary>
/// <param name="TokenMountAccessor">Accessor of the token auth mount, read from the decoy's entity: what aliases are looked up with.</param>
/// <param name="Decoy">The decoy's document, which stands in for documents that are not there.</param>
internal sealed record DeploymentFacts(string TokenMountAccessor, IdentityDocument Decoy);
