using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>One request to Vault that may concern the broker, until it is judged. Its answer's entry may still come.</summary>
internal sealed class Request(AuditEntry entry, Subject subject)
{
    /// <summary>What the log says of it so far.</summary>
    public AuditEntry Entry { get; set; } = entry;

    /// <summary>What it is about.</summary>
    public Subject Subject { get; } = subject;

    /// <summary>Whether all is known that will be: it was answered, or Vault said no.</summary>
    public bool IsComplete => Entry.IsAnswer;
}
