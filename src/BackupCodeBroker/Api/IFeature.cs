using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Api;

/// <summary>One operation's conduct: it reads its request, is admitted, decides with Core and performs.</summary>
internal interface IFeature
{
    /// <summary>The operation that policy must grant.</summary>
    Operation Operation { get; }

    /// <summary>Whether callers send their Vault token; false where whoever is locked out has none.</summary>
    bool TakesToken => Operation.IsAsked;

    /// <summary>Longest time that it works.</summary>
    TimeSpan Deadline => OperationScope.Deadline;

    /// <summary>Runs it. A refusal is an outcome, a fault an exception.</summary>
    Task<Outcome> RunAsync(OperationScope scope, ApiRequest request);
}
