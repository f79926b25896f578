namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>A value listed under <c>allowed_parameters</c> or <c>denied_parameters</c>.</summary>
public abstract record ParameterValue
{
    private ParameterValue()
    {
    }

    /// <summary>A text; a <c>*</c> at its start or end matches anything there.</summary>
    public sealed record Text(string Value) : ParameterValue;

    /// <summary>True or false.</summary>
    public sealed record Boolean(bool Value) : ParameterValue;

    /// <summary>A number as it is written.</summary>
    public sealed record Number(string Literal) : ParameterValue;

    /// <summary>A list, equal only to a list of the same values in the same order.</summary>
    public sealed record List(IReadOnlyList<ParameterValue> Items) : ParameterValue;

    /// <summary>An object, equal only to an object with the same fields.</summary>
    public sealed record Object(IReadOnlyDictionary<string, ParameterValue> Fields) : ParameterValue;
}
