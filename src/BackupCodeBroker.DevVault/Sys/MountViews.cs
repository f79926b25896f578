using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary>Mounts as they are answered.</summary>
internal static class MountViews
{
    public static JsonObject Info(Mount mount)
    {
        MountConfig config = mount.Config;
        var configView = new JsonObject
        {
            ["default_lease_ttl"] = (long)config.DefaultLeaseTtl.TotalSeconds,
            ["max_lease_ttl"] = (long)config.MaxLeaseTtl.TotalSeconds,
            ["force_no_cache"] = config.ForceNoCache,
        };
        AddOptional(configView, config);
        if (mount.IsAuth)
        {
            configView["token_type"] = config.TokenType;
        }

        return new JsonObject
        {
            ["type"] = mount.Type,
            ["description"] = mount.Description,
            ["accessor"] = mount.Accessor,
            ["local"] = mount.Local,
            ["seal_wrap"] = mount.SealWrap,
            ["external_entropy_access"] = mount.ExternalEntropy,
            ["options"] = mount.Options?.DeepClone(),
            ["uuid"] = mount.Uuid,
            ["config"] = configView,
        };
    }

    /// <summary>All mounts of a table by path; auth methods without their <c>auth/</c>.</summary>
    public static Result Table(IEnumerable<Mount> mounts)
    {
        var table = new JsonObject();
        foreach (Mount mount in mounts.OrderBy(mount => mount.Path, StringComparer.Ordinal))
        {
            table[mount.IsAuth ? mount.Path["auth/".Length..] : mount.Path] = Info(mount);
        }

        return Result.Data(table);
    }

    public static JsonObject Tuning(Mount mount)
    {
        MountConfig config = mount.Config;
        var view = new JsonObject
        {
            ["description"] = mount.Description,
            ["default_lease_ttl"] = (long)config.EffectiveDefault.TotalSeconds,
            ["max_lease_ttl"] = (long)config.EffectiveMax.TotalSeconds,
            ["force_no_cache"] = config.ForceNoCache,
        };
        AddOptional(view, config);
        if (mount.IsAuth)
        {
            view["token_type"] = config.TokenType;
        }

        if (mount.Options is { Count: > 0 } options)
        {
            view["options"] = options.DeepClone();
        }

        return view;
    }

    private static void AddOptional(JsonObject view, MountConfig config)
    {
        Add(view, "audit_non_hmac_request_keys", config.AuditNonHmacRequestKeys);
        Add(view, "audit_non_hmac_response_keys", config.AuditNonHmacResponseKeys);
        Add(view, "passthrough_request_headers", config.PassthroughRequestHeaders);
        Add(view, "allowed_response_headers", config.AllowedResponseHeaders);
        if (!string.IsNullOrEmpty(config.ListingVisibility))
        {
            view["listing_visibility"] = config.ListingVisibility;
        }
    }

    private static void Add(JsonObject view, string name, List<string>? list)
    {
        if (list is { Count: > 0 })
        {
            view[name] = GoValue.Array(list);
        }
    }
}
