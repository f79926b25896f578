using System.Text.Json;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.DevVault.Identity;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Policies;

/// <summary>
/// Whether a token may do what it asks. Its own policies and those of its entity and groups are put together anew at each request,
/// so a change of either acts at once.
/// </summary>
internal sealed class AccessControl(VaultCore core)
{
    /// <summary>Finds the request's token; null, with the refusal, where it may do nothing at all.</summary>
    public TokenEntry? Admit(VaultRequest request, out Failure? refusal)
    {
        refusal = null;
        if (request.ClientToken.Length == 0)
        {
            refusal = new Failure(FailureKind.BadRequest, "missing client token");
            return null;
        }

        if (request.Token is not { } token || !token.MayBeUsedFrom(request.RemoteAddress) || EntityRefuses(token))
        {
            refusal = Failure.PermissionDenied;
            return null;
        }

        return token;
    }

    /// <summary>A token of a disabled or deleted entity is as good as revoked.</summary>
    public bool EntityRefuses(TokenEntry token) =>
        token.EntityId.Length > 0 && core.Identity.EntityOfToken(token.EntityId) is not { Disabled: false };

    public List<string> IdentityPolicies(string entityId) =>
        entityId.Length == 0 ? [] : core.Identity.PoliciesOf(core.Identity.EntityOfToken(entityId));

    public CompiledAcl AclOf(TokenEntry token)
    {
        if (token.EntityId.Length == 0)
        {
            return core.Policies.Compile(token.Policies, "", () => null);
        }

        Entity? entity = core.Identity.EntityOfToken(token.EntityId);
        List<string> added = core.Identity.PoliciesOf(entity);
        IReadOnlyList<string> names = added.Count == 0 ? token.Policies : [.. token.Policies, .. added];
        return core.Policies.Compile(names, token.EntityId, () => core.Identity.SubjectOf(entity));
    }

    /// <summary>Decides on a request by its policies.</summary>
    public bool Allows(VaultRequest request, TokenEntry token, bool needsSudo)
    {
        CompiledAcl acl = AclOf(token);
        if (acl.Acl.IsRoot)
        {
            return true;
        }

        if (AclOperationOf(request.Operation) is not { } operation)
        {
            return false;
        }

        JsonElement? data = acl.ReadsParameters && request.Data is { } body ? JsonSerializer.SerializeToElement(body) : null;
        AclVerdict verdict = acl.Acl.Check(new AclRequest(request.Path, operation, data, request.WrapTtl));
        return verdict.Allowed && (verdict.SudoGranted || !needsSudo);
    }

    /// <summary>Whether the caller has <c>sudo</c> at the path it calls.</summary>
    public bool HasSudo(VaultRequest request)
    {
        VaultCapabilities capabilities = AclOf(request.Token!).Acl.CapabilitiesOf(request.Path);
        return capabilities.HasFlag(VaultCapabilities.Root) || capabilities.HasFlag(VaultCapabilities.Sudo);
    }

    /// <summary>Whether a token's policies grant anything at or below a mount.</summary>
    public bool Reaches(TokenEntry token, string mountPath)
    {
        VaultAcl acl = AclOf(token).Acl;
        if (acl.IsRoot || VaultCapabilityNames.List(acl.CapabilitiesOf(mountPath)) is not ["deny"])
        {
            return true;
        }

        IEnumerable<string> names = token.Policies.Concat(IdentityPolicies(token.EntityId));
        return core.Policies.RulesOf(names).Any(rule => Touches(rule, mountPath));
    }

    private static bool Touches(VaultPathRule rule, string mountPath)
    {
        if (rule.Capabilities.HasFlag(VaultCapabilities.Deny) || rule.Path.Contains("{{", StringComparison.Ordinal))
        {
            return false;
        }

        string[] segments = mountPath.TrimEnd('/').Split('/');
        string[] pattern = rule.Path.Split('/');
        for (int i = 0; i < segments.Length; i++)
        {
            if (i >= pattern.Length)
            {
                return false;
            }

            if (pattern[i].EndsWith('*') && i == pattern.Length - 1)
            {
                return segments[i].StartsWith(pattern[i].TrimEnd('*'), StringComparison.Ordinal);
            }

            if (pattern[i] != "+" && pattern[i] != segments[i])
            {
                return false;
            }
        }

        return pattern.Length > segments.Length;
    }

    private static AclOperation? AclOperationOf(Operation operation) => operation switch
    {
        Operation.Read => AclOperation.Read,
        Operation.List => AclOperation.List,
        Operation.Create => AclOperation.Create,
        Operation.Update => AclOperation.Update,
        Operation.Delete => AclOperation.Delete,
        _ => null,
    };
}
