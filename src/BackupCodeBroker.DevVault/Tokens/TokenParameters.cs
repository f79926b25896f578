using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>The <c>token_*</c> fields that every auth method's roles and users share.</summary>
internal sealed record TokenParameters
{
    public List<string> BoundCidrs { get; init; } = [];

    public TimeSpan ExplicitMaxTtl { get; init; }

    public TimeSpan MaxTtl { get; init; }

    public bool NoDefaultPolicy { get; init; }

    public TimeSpan Period { get; init; }

    public List<string> Policies { get; init; } = [];

    /// <summary><c>default</c>, <c>service</c> or <c>batch</c>.</summary>
    public string Type { get; init; } = "default";

    public TimeSpan Ttl { get; init; }

    public int NumUses { get; init; }

    public static Route With(Route route) => route
        .With(FieldType.CommaStrings, "token_bound_cidrs", "token_policies")
        .With(FieldType.Duration, "token_explicit_max_ttl", "token_max_ttl", "token_period", "token_ttl")
        .With(FieldType.Bool, "token_no_default_policy")
        .With(FieldType.String, "token_type")
        .With(FieldType.Int, "token_num_uses");

    /// <summary>The parameters as a call changes them; fields that it does not name stay.</summary>
    public TokenParameters Changed(FieldData fields, out string? error)
    {
        TokenParameters changed = this with
        {
            BoundCidrs = fields.Has("token_bound_cidrs") ? Cidr.Shown(fields.Texts("token_bound_cidrs")) : BoundCidrs,
            ExplicitMaxTtl = Seconds(fields, "token_explicit_max_ttl", ExplicitMaxTtl),
            MaxTtl = Seconds(fields, "token_max_ttl", MaxTtl),
            NoDefaultPolicy = fields.Has("token_no_default_policy") ? fields.Flag("token_no_default_policy") : NoDefaultPolicy,
            Period = Seconds(fields, "token_period", Period),
            Policies = fields.Has("token_policies") ? fields.Texts("token_policies") : Policies,
            Type = fields.Has("token_type") ? fields.Text("token_type") is { Length: > 0 } type ? type : "default" : Type,
            Ttl = Seconds(fields, "token_ttl", Ttl),
            NumUses = fields.Has("token_num_uses") ? fields.Number("token_num_uses") : NumUses,
        };
        error = changed.Error();
        return changed;
    }

    public void Show(JsonObject view)
    {
        view["token_bound_cidrs"] = GoValue.Array(BoundCidrs);
        view["token_explicit_max_ttl"] = (long)ExplicitMaxTtl.TotalSeconds;
        view["token_max_ttl"] = (long)MaxTtl.TotalSeconds;
        view["token_no_default_policy"] = NoDefaultPolicy;
        view["token_period"] = (long)Period.TotalSeconds;
        view["token_policies"] = GoValue.Array(Policies);
        view["token_type"] = Type;
        view["token_ttl"] = (long)Ttl.TotalSeconds;
        view["token_num_uses"] = NumUses;
    }

    public LoginGrant Grant(string aliasName, Func<TokenEntry, Renewal>? atRenewal) => new()
    {
        AliasName = aliasName,
        Ttl = Ttl,
        MaxTtl = MaxTtl,
        ExplicitMaxTtl = ExplicitMaxTtl,
        Period = Period,
        NumUses = NumUses,
        NoDefaultPolicy = NoDefaultPolicy,
        BoundCidrs = BoundCidrs,
        Type = Type,
        AtRenewal = atRenewal,
    };

    private static TimeSpan Seconds(FieldData fields, string name, TimeSpan known) => fields.Has(name) ? fields.Seconds(name) : known;

    private string? Error()
    {
        if (Cidr.Error(BoundCidrs) is { } error)
        {
            return error;
        }

        if (Type is not ("default" or "service" or "batch"))
        {
            return $"invalid 'token_type' value {GoValue.Quote(Type)}";
        }

        if (NumUses < 0)
        {
            return "'token_num_uses' cannot be negative";
        }

        if (Type == "batch" && Period != TimeSpan.Zero)
        {
            return "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens";
        }

        if (Type == "batch" && NumUses != 0)
        {
            return "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count";
        }

        return Ttl > TimeSpan.Zero && MaxTtl > TimeSpan.Zero && Ttl > MaxTtl ? "'token_ttl' cannot be greater than 'token_max_ttl'" : null;
    }
}
