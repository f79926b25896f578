namespace BackupCodeBroker.Core.Profiles;

/// <summary>What <c>recover</c> hands out. Which role it is of goes by the identity's name alone: nobody recovers as another.</summary>
public enum RecoveryForm
{
    /// <summary>Nothing: codes of the profile are consumed by verifiers only.</summary>
    None,

    /// <summary>A wrapped secret-id of the AppRole that is called like the identity, at the mount for recoveries.</summary>
    AppRole,

    /// <summary>A wrapped token of the token role that is called like the identity, behind the prefix for recoveries.</summary>
    Token,
}

/// <summary>The names of forms.</summary>
public static class RecoveryForms
{
    /// <summary>The form in configuration, documents and answers.</summary>
    public static string Name(this RecoveryForm form) => form switch
    {
        RecoveryForm.AppRole => "approle",
        RecoveryForm.Token => "token",
        _ => "none",
    };

    /// <summary>The form of that name, or null.</summary>
    public static RecoveryForm? Named(string name) => name switch
    {
        "approle" => RecoveryForm.AppRole,
        "token" => RecoveryForm.Token,
        "none" => RecoveryForm.None,
        _ => null,
    };
}
