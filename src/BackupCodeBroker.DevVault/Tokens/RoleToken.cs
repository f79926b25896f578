using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>The <c>token_*</c> fields of a role that also takes, and then shows, their names of old (<c>policies</c>, <c>ttl</c> and so on).</summary>
internal sealed record RoleToken(TokenParameters Token)
{
    private static readonly string[] OldNames = ["policies", "bound_cidrs", "num_uses", "ttl", "max_ttl", "period"];

    /// <summary>The names of old that count: the new one was not given since.</summary>
    private IReadOnlyList<string> Used { get; init; } = [];

    public static Route With(Route route) => TokenParameters.With(route)
        .With(FieldType.CommaStrings, "policies", "bound_cidrs")
        .With(FieldType.Int, "num_uses")
        .With(FieldType.Duration, "ttl", "max_ttl", "period");

    /// <summary>The fields as a call changes them; the text is why it may not.</summary>
    public RoleToken Changed(FieldData fields, out string? error)
    {
        TokenParameters token = Token.Changed(fields, out error);
        bool Counts(string old) => fields.Has(old) && !fields.Has("token_" + old);
        token = token with
        {
            Policies = Counts("policies") ? fields.Texts("policies") : token.Policies,
            BoundCidrs = Counts("bound_cidrs") ? Cidr.Shown(fields.Texts("bound_cidrs")) : token.BoundCidrs,
            NumUses = Counts("num_uses") ? fields.Number("num_uses") : token.NumUses,
            Ttl = Counts("ttl") ? fields.Seconds("ttl") : token.Ttl,
            MaxTtl = Counts("max_ttl") ? fields.Seconds("max_ttl") : token.MaxTtl,
            Period = Counts("period") ? fields.Seconds("period") : token.Period,
        };
        return new RoleToken(token) { Used = [.. OldNames.Where(old => Counts(old) || (Used.Contains(old) && !fields.Has("token_" + old)))] };
    }

    public void Show(JsonObject view)
    {
        Token.Show(view);
        foreach (string old in Used)
        {
            view[old] = view["token_" + old]?.DeepClone();
        }
    }
}
