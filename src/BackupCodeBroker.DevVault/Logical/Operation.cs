namespace BackupCodeBroker.DevVault.Logical;

/// <summary>What a request asks of a path. POST and PUT are both writes; whether one creates or updates is found by asking the engine.</summary>
internal enum Operation
{
    None,
    Read,
    List,
    Create,
    Update,
    Delete,
}
