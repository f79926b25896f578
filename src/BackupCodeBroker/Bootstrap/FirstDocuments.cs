using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Bootstrap;

/// <summary>The two documents of a new deployment, as Core makes them.</summary>
internal static class FirstDocuments
{
    /// <summary>For a deployment of this epoch.</summary>
    public static BootstrapDocuments For(TimeProvider time, int epoch) => new(
        entityId => DocumentJson.Write(DecoyDocument.Make(entityId, time.GetUtcNow())),
        () => DocumentJson.Write(BrokerState.Initial(epoch, time.GetUtcNow())));
}
