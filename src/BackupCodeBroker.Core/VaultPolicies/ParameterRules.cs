using System.Text.Json;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>
/// What a request's top-level fields may be. Names compare without case: a policy's are held in lower case and a request's are
/// lowered; only a required one must be sent in lower case. <c>*</c> as a name stands for every field. A request without fields
/// passes once nothing is required.
/// </summary>
internal sealed class ParameterRules
{
    private const string AnyName = "*";

    private readonly Dictionary<string, IReadOnlyList<ParameterValue>> _allowed;
    private readonly Dictionary<string, IReadOnlyList<ParameterValue>> _denied;
    private readonly IReadOnlyList<string> _required;

    private ParameterRules(
        Dictionary<string, IReadOnlyList<ParameterValue>> allowed,
        Dictionary<string, IReadOnlyList<ParameterValue>> denied,
        IReadOnlyList<string> required) =>
        (_allowed, _denied, _required) = (allowed, denied, required);

    public static ParameterRules Of(VaultPathRule rule) =>
        new(new(rule.AllowedParameters), new(rule.DeniedParameters), rule.RequiredParameters);

    public ParameterRules With(VaultPathRule rule) =>
        new(
            Merge(_allowed, rule.AllowedParameters),
            Merge(_denied, rule.DeniedParameters),
            [.. _required.Union(rule.RequiredParameters, StringComparer.Ordinal)]);

    public AclReason Judge(JsonElement? data)
    {
        if (_required.Any(name => data is not { } fields || !fields.TryGetProperty(name.ToLowerInvariant(), out _)))
        {
            return AclReason.ParameterRequired;
        }

        if (data is not { } sent || !sent.EnumerateObject().Any())
        {
            return AclReason.Granted;
        }

        if (_denied.ContainsKey(AnyName) || sent.EnumerateObject().Any(IsDenied))
        {
            return AclReason.ParameterDenied;
        }

        bool allAllowed = _allowed.Count == 0 || sent.EnumerateObject().All(IsAllowed);
        return allAllowed ? AclReason.Granted : AclReason.ParameterNotAllowed;
    }

    private bool IsDenied(JsonProperty field) =>
        _denied.TryGetValue(field.Name.ToLowerInvariant(), out IReadOnlyList<ParameterValue>? values) && Lists(values, field.Value);

    // "*" allows names that are not listed; it does not widen the values of one that is.
    private bool IsAllowed(JsonProperty field) =>
        _allowed.TryGetValue(field.Name.ToLowerInvariant(), out IReadOnlyList<ParameterValue>? values)
            ? Lists(values, field.Value)
            : _allowed.ContainsKey(AnyName);

    private static bool Lists(IReadOnlyList<ParameterValue> values, JsonElement sent) =>
        values.Count == 0 || values.Any(value => value.Matches(sent));

    private static Dictionary<string, IReadOnlyList<ParameterValue>> Merge(
        Dictionary<string, IReadOnlyList<ParameterValue>> held,
        IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> added)
    {
        var merged = new Dictionary<string, IReadOnlyList<ParameterValue>>(held);
        foreach ((string name, IReadOnlyList<ParameterValue> values) in added)
        {
            bool any = values.Count == 0 || (held.TryGetValue(name, out IReadOnlyList<ParameterValue>? before) && before.Count == 0);
            merged[name] = any ? [] : [.. values, .. held.GetValueOrDefault(name, [])];
        }

        return merged;
    }
}
