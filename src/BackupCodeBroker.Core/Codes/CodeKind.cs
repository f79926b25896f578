namespace BackupCodeBroker.Core.Codes;

/// <summary>Two forms of a code: one for machines, and a shorter one that a person can type.</summary>
public enum CodeKind
{
    /// <summary>130 bits of secret: enough for a salted HMAC alone (SP 800-63B-4, 3.1.2.2: 112 bits).</summary>
    Machine,

    /// <summary>80 bits of secret: stretched and peppered.</summary>
    Printable,
}

/// <summary>What follows from the kind.</summary>
public static class CodeKinds
{
    /// <summary>The kind's name in configuration, documents and answers.</summary>
    public static string Name(this CodeKind kind) => kind == CodeKind.Machine ? "machine" : "printable";

    /// <summary>The kind of that name, or null.</summary>
    public static CodeKind? Named(string? name) => name switch
    {
        "machine" => CodeKind.Machine,
        "printable" => CodeKind.Printable,
        _ => null,
    };

    /// <summary>Symbols of secret, five bits each.</summary>
    public static int SecretLength(this CodeKind kind) => kind == CodeKind.Machine ? 26 : 16;
}
