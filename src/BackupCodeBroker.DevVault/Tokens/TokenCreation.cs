using System.Text.RegularExpressions;
using BackupCodeBroker.DevVault.Identity;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Policies;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>
/// Makes tokens out of tokens. Nobody may hand out what they do not have: a token's policies are a subset of its creator's,
/// unless a role or <c>sudo</c> says otherwise; a token with limited uses and a batch token create nothing.
/// </summary>
internal sealed partial class TokenCreation(
    TokenStore tokens, IdentityStore identity, PolicyStore policies, Clock clock, Func<VaultRequest, bool> hasSudo)
{
    public Result CreateUnderRole(VaultRequest request, string name) => tokens.Roles.TryGetValue(name, out TokenRole? role)
        ? Create(request, orphan: false, role)
        : Result.Error($"unknown role {name}");

    public Result Create(VaultRequest request, bool orphan, TokenRole? role)
    {
        if (tokens.Lookup(request.ClientToken, clock.Now()) is not { } parent)
        {
            return Result.Invalid("parent token lookup failed: no parent found");
        }

        if (parent.Type == TokenType.Batch)
        {
            return Result.Error("batch tokens cannot create more tokens");
        }

        if (parent.NumUses > 0)
        {
            return Result.Invalid("restricted use token cannot generate child tokens");
        }

        var input = TokenInput.Read(request.Data, out string? error);
        if (error is not null)
        {
            return Result.Invalid("Error decoding request: " + error);
        }

        var call = new Call(request, input, parent, role, hasSudo(request), orphan);
        if (TypeOf(call) is { } refused)
        {
            return refused;
        }

        if (EntityOf(call) is { } noEntity)
        {
            return noEntity;
        }

        return PoliciesOf(call) ?? Parentage(call) ?? Make(call);
    }

    private static Result? TypeOf(Call call)
    {
        string type = call.Role?.TokenType switch
        {
            "service" => "service",
            "batch" => "batch",
            "default-batch" when call.Input.Type.Length == 0 => "batch",
            _ => call.Input.Type,
        };
        switch (type)
        {
            case "" or "service":
                break;
            case "batch":
                call.Type = TokenType.Batch;
                if (BatchError(call.Input) is { } error)
                {
                    return Result.Error(error);
                }

                break;
            default:
                return Result.Invalid("invalid 'token_type' value");
        }

        return call.Input.NumUses < 0 ? Result.Invalid("number of uses cannot be negative") : (Result?)null;
    }

    private static string? BatchError(TokenInput input)
    {
        if (input.ExplicitMaxTtl.Length > 0)
        {
            TimeSpan max = GoDuration.Parse(input.ExplicitMaxTtl, out string? error);
            return error is not null ? "\"explicit_max_ttl\" value could not be parsed"
                : max != TimeSpan.Zero ? "batch tokens cannot have \"explicit_max_ttl\" set" : null;
        }

        if (input.NumUses != 0)
        {
            return "batch tokens cannot have \"num_uses\" set";
        }

        TimeSpan period = GoDuration.Parse(input.Period, out string? periodError);
        return periodError is not null ? "\"period\" value could not be parsed"
            : period != TimeSpan.Zero ? "batch tokens cannot have \"period\" set" : null;
    }

    private Result? EntityOf(Call call)
    {
        if (call.Input.EntityAlias.Length == 0)
        {
            return null;
        }

        if (call.Role is null)
        {
            return Result.Invalid("'entity_alias' is only allowed in combination with token role");
        }

        string alias = call.Input.EntityAlias.ToLowerInvariant();
        if (call.Role.AllowedEntityAliases?.Any(pattern => PolicyNames.Glob(pattern, alias)) != true)
        {
            return Result.Invalid("invalid 'entity_alias' value");
        }

        Entity entity = identity.FetchOrCreate(call.Request.Mount!.Accessor, call.Input.EntityAlias, metadata: null);
        if (entity.Disabled)
        {
            return Result.Error("entity from given entity alias is disabled", Failure.PermissionDenied);
        }

        call.EntityId = entity.Id;
        return null;
    }

    private static Result? PoliciesOf(Call call)
    {
        if (call.Role is { } role && (role.AllowedPolicies.Count > 0 || role.DisallowedPolicies.Count > 0))
        {
            if (RolePolicies(call, role) is { } refused)
            {
                return refused;
            }
        }
        else if (call.Input.Policies.Count == 0)
        {
            call.Policies = PolicyNames.Sanitize(call.Parent.Policies, addDefault: false);
        }
        else
        {
            List<string> asked = PolicyNames.Sanitize(call.Input.Policies, addDefault: false);
            if (!call.Sudo && !asked.All(call.Parent.Policies.Contains))
            {
                return Result.Invalid("child policies must be subset of parent");
            }

            bool addDefault = !call.Input.NoDefaultPolicy && (call.Sudo || call.Parent.Policies.Contains(BuiltInPolicies.Default));
            call.Policies = PolicyNames.Sanitize(asked, addDefault);
        }

        if (call.Input.NoDefaultPolicy)
        {
            call.Policies.Remove(BuiltInPolicies.Default);
        }

        if (call.Policies.Find(BuiltInPolicies.IsUnassignable) is { } reserved)
        {
            return Result.Error($"cannot assign policy {GoValue.Quote(reserved)}");
        }

        if (!call.Policies.Contains(BuiltInPolicies.Root))
        {
            return null;
        }

        return !call.Parent.IsRoot ? Result.Invalid("root tokens may not be created without parent token being root")
            : call.Type == TokenType.Batch ? Result.Error("batch tokens cannot be root tokens")
            : (Result?)null;
    }

    private static Result? RolePolicies(Call call, TokenRole role)
    {
        bool addDefault = !call.Input.NoDefaultPolicy && !role.TokenNoDefaultPolicy && !role.DisallowedPolicies.Contains(BuiltInPolicies.Default);
        List<string> final = call.Input.Policies.Count > 0 ? PolicyNames.Sanitize(call.Input.Policies, addDefault) : [];
        if (role.AllowedPolicies.Count > 0)
        {
            List<string> allowed = PolicyNames.Sanitize(role.AllowedPolicies, addDefault);
            if (!final.All(allowed.Contains))
            {
                return Result.Invalid(
                    $"token policies ({GoValue.Quote(final)}) must be subset of the role's allowed policies ({GoValue.Quote(allowed)})");
            }

            final = final.Count == 0 ? allowed : final;
        }
        else if (final.Count == 0)
        {
            final = PolicyNames.Sanitize(call.Parent.Policies, addDefault);
        }

        if (final.Find(role.DisallowedPolicies.Contains) is { } forbidden)
        {
            return Result.Invalid($"token policy {GoValue.Quote(forbidden)} is disallowed by this role");
        }

        call.Policies = final;
        return null;
    }

    private static Result? Parentage(Call call)
    {
        call.ParentId = call.Parent.Id;
        if (call.Role is { } role)
        {
            call.ParentId = role.Orphan ? "" : call.ParentId;
            call.BoundCidrs = role.TokenBoundCidrs;
        }
        else if (call.Input.NoParent)
        {
            if (!call.Sudo)
            {
                return Result.Invalid("root or sudo privileges required to create orphan token");
            }

            call.ParentId = "";
        }
        else if (call.Orphan)
        {
            call.ParentId = "";
        }

        if (call.EntityId.Length == 0 && call.ParentId.Length > 0)
        {
            call.EntityId = call.Parent.EntityId;
            call.BoundCidrs = call.Role is null ? call.Parent.BoundCidrs : call.BoundCidrs;
        }

        return call.Input.Id.Length > 0 && !call.Sudo ? Result.Invalid("root or sudo privileges required to specify token id") : (Result?)null;
    }

    private Result Make(Call call)
    {
        var response = new VaultResponse();
        Instant now = clock.Now();
        if (Times(call, now, response) is { } refused)
        {
            return refused;
        }

        TokenInput input = call.Input;
        string path = $"auth/token/{call.Request.RelativePath}" + (call.Role is { PathSuffix.Length: > 0 } suffixed ? "/" + suffixed.PathSuffix : "");
        var token = new TokenEntry
        {
            Id = input.Id,
            Parent = call.ParentId,
            Policies = call.Policies,
            Path = path,
            Meta = input.Meta,
            DisplayName = input.DisplayName.Length == 0 ? "token" : Sanitize().Replace("token-" + input.DisplayName, "-").TrimEnd('-'),
            NumUses = Uses(input.NumUses, call.Role?.TokenNumUses ?? 0),
            CreationTime = now.UnixSeconds,
            Ttl = call.Ttl,
            ExplicitMaxTtl = call.AskedExplicitMax,
            Period = call.AskedPeriod,
            Role = call.Role?.Name ?? "",
            EntityId = call.EntityId,
            Type = call.Type,
            BoundCidrs = call.Ttl == TimeSpan.Zero ? [] : call.BoundCidrs,
            Renewable = call.Type == TokenType.Service && call.Ttl != TimeSpan.Zero && input.Renewable && call.Role?.Renewable != false,
        };
        if (CustomIdError(input.Id) is { } error)
        {
            return Result.Invalid(error);
        }

        if (input.Id.Length > 0)
        {
            response.Warn("Supplying a custom ID for the token uses the weaker SHA1 hashing instead of the more secure SHA2-256 HMAC for token obfuscation. SHA1 hashed tokens on the wire leads to less secure lookups.");
        }

        tokens.Create(token, now);
        response.Auth = TokenViews.Auth(token);
        foreach (string policy in token.Policies.Where(policy => !policies.Exists(policy)))
        {
            response.Warn($"Policy {GoValue.Quote(policy)} does not exist");
        }

        return response;
    }

    private static Result? Times(Call call, Instant now, VaultResponse response)
    {
        TokenInput input = call.Input;
        call.AskedExplicitMax = GoDuration.Parse(input.ExplicitMaxTtl, out string? maxError);
        call.AskedPeriod = GoDuration.Parse(input.Period, out string? periodError);
        TimeSpan asked = GoDuration.Parse(input.Ttl.Length > 0 ? input.Ttl : input.Lease, out string? ttlError);
        string? error = maxError ?? (call.AskedExplicitMax < TimeSpan.Zero ? "explicit_max_ttl must be positive" : null)
            ?? periodError ?? (call.AskedPeriod < TimeSpan.Zero ? "period must be positive" : null)
            ?? (call.AskedPeriod > TimeSpan.Zero && !call.Sudo ? "root or sudo privileges required to create periodic token" : null)
            ?? ttlError ?? (asked < TimeSpan.Zero ? "ttl must be positive" : null);
        if (error is not null)
        {
            return Result.Invalid(error);
        }

        (call.ExplicitMax, call.Period) = (call.AskedExplicitMax, call.AskedPeriod);
        if (call.Role is { } role && call.Type == TokenType.Service)
        {
            call.ExplicitMax = Lesser(call.ExplicitMax, role.TokenExplicitMaxTtl, "Explicit max TTL", response);
            call.Period = Lesser(call.Period, role.TokenPeriod, "Period", response);
        }

        call.Ttl = asked;
        if (call.Period > TimeSpan.Zero || asked > TimeSpan.Zero || !call.Policies.Contains(BuiltInPolicies.Root))
        {
            var warnings = new List<string>();
            Mounts.MountConfig config = call.Request.Mount!.Config;
            var bounds = new Tokens.Ttl.Bounds
            {
                Default = config.EffectiveDefault,
                Max = config.EffectiveMax,
                Asked = asked,
                Period = call.Period,
                ExplicitMax = call.ExplicitMax,
            };
            call.Ttl = Tokens.Ttl.Calculate(bounds, now, now, warnings) ?? TimeSpan.Zero;
            warnings.ForEach(response.Warn);
        }

        call.Ttl = call.Ttl == TimeSpan.Zero ? call.ExplicitMax : call.Ttl;
        return call.Ttl == TimeSpan.Zero && call.Parent.Ttl != TimeSpan.Zero
            ? Result.Invalid("expiring root tokens cannot create non-expiring root tokens")
            : (Result?)null;
    }

    private static TimeSpan Lesser(TimeSpan asked, TimeSpan ofRole, string what, VaultResponse response)
    {
        if (ofRole == TimeSpan.Zero || asked == TimeSpan.Zero)
        {
            return ofRole == TimeSpan.Zero ? asked : ofRole;
        }

        TimeSpan lesser = ofRole < asked ? ofRole : asked;
        response.Warn($"{what} specified both during creation call and in role; using the lesser value of {(long)lesser.TotalSeconds} seconds");
        return lesser;
    }

    private string? CustomIdError(string id) =>
        id.Length == 0 ? null
        : id.StartsWith("s.", StringComparison.Ordinal) ? "custom token ID cannot have the 's.' prefix"
        : id.Contains('.', StringComparison.Ordinal) ? "custom token ID cannot have a '.' in the value"
        : tokens.Exists(id) ? "cannot create a token with a duplicate ID"
        : null;

    /// <summary>Zero is unlimited, so it is the greater of the two.</summary>
    private static int Uses(int asked, int ofRole) => ofRole == 0 ? asked : asked == 0 ? ofRole : Math.Min(asked, ofRole);

    [GeneratedRegex("[^a-zA-Z0-9-]")]
    private static partial Regex Sanitize();

    /// <summary>One creation on its way through the checks.</summary>
    private sealed record Call(VaultRequest Request, TokenInput Input, TokenEntry Parent, TokenRole? Role, bool Sudo, bool Orphan)
    {
        public TokenType Type { get; set; }

        public string EntityId { get; set; } = "";

        public string ParentId { get; set; } = "";

        public List<string> Policies { get; set; } = [];

        public IReadOnlyList<string> BoundCidrs { get; set; } = [];

        public TimeSpan AskedExplicitMax { get; set; }

        public TimeSpan AskedPeriod { get; set; }

        public TimeSpan ExplicitMax { get; set; }

        public TimeSpan Period { get; set; }

        public TimeSpan Ttl { get; set; }
    }
}
