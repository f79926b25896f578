using BackupCodeBroker.DevVault.Kv;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary><c>tune</c>: a mount's settings, read and changed one by one.</summary>
internal static class MountTuning
{
    private static readonly string[] Untunable = ["cubbyhole/", "sys/", "audit/", "identity/"];

    public static Route WithFields(Route route) => route
        .With(FieldType.String, "default_lease_ttl", "max_lease_ttl", "description", "listing_visibility", "token_type")
        .With(FieldType.CommaStrings, "audit_non_hmac_request_keys", "audit_non_hmac_response_keys", "passthrough_request_headers", "allowed_response_headers")
        .With(FieldType.KeyValuePairs, "options");

    public static Result Read(VaultCore core, string path) => core.Mounts.At(path) is { } mount
        ? Result.Data(MountViews.Tuning(mount))
        : Result.Invalid($"cannot fetch sysview for path {GoValue.Quote(path)}");

    public static Result Write(VaultCore core, string path, FieldData fields)
    {
        if (Array.Exists(Untunable, prefix => path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return Result.Invalid($"cannot tune {GoValue.Quote(path)}");
        }

        if (core.Mounts.At(path) is not { } mount)
        {
            return Result.Invalid($"tune of path {GoValue.Quote(path)} failed: no mount entry found");
        }

        return (Ttls(mount.Config, fields) ?? Texts(mount, fields)) is { } error ? Result.Invalid(error) : Options(core, mount, fields);
    }

    private static string? Ttls(MountConfig config, FieldData fields)
    {
        TimeSpan byDefault = Lease(fields.Text("default_lease_ttl"), config.DefaultLeaseTtl, out string? defaultError);
        TimeSpan max = Lease(fields.Text("max_lease_ttl"), config.MaxLeaseTtl, out string? maxError);
        if ((defaultError ?? maxError) is { } error)
        {
            return error;
        }

        if (byDefault != config.DefaultLeaseTtl || max != config.MaxLeaseTtl)
        {
            if (max != TimeSpan.Zero && max < byDefault)
            {
                return $"backend max lease TTL of {(long)max.TotalSeconds} would be less than backend default lease TTL of {(long)byDefault.TotalSeconds}";
            }

            (config.DefaultLeaseTtl, config.MaxLeaseTtl) = (byDefault, max);
        }

        return null;
    }

    private static TimeSpan Lease(string text, TimeSpan known, out string? error)
    {
        error = null;
        return text switch
        {
            "" => known,
            "system" => TimeSpan.Zero,
            _ => GoDuration.Parse(text, out error),
        };
    }

    private static string? Texts(Mount mount, FieldData fields)
    {
        MountConfig config = mount.Config;
        mount.Description = fields.Has("description") ? fields.Text("description") : mount.Description;
        config.AuditNonHmacRequestKeys = List(fields, "audit_non_hmac_request_keys", config.AuditNonHmacRequestKeys);
        config.AuditNonHmacResponseKeys = List(fields, "audit_non_hmac_response_keys", config.AuditNonHmacResponseKeys);
        config.PassthroughRequestHeaders = List(fields, "passthrough_request_headers", config.PassthroughRequestHeaders);
        config.AllowedResponseHeaders = List(fields, "allowed_response_headers", config.AllowedResponseHeaders);
        if (fields.Has("listing_visibility"))
        {
            string visibility = fields.Text("listing_visibility");
            if (visibility is not ("" or "unauth" or "hidden"))
            {
                return $"invalid listing_visibility {visibility}";
            }

            config.ListingVisibility = visibility;
        }

        if (!fields.Has("token_type"))
        {
            return null;
        }

        string type = fields.Text("token_type");
        if (!mount.IsAuth)
        {
            return "'token_type' can only be modified on auth mounts";
        }

        if (mount.Type == "token")
        {
            return "'token_type' cannot be set for 'token' or 'ns_token' auth mounts";
        }

        if (type is not ("" or "default-service" or "default-batch" or "service" or "batch"))
        {
            return "invalid value for 'token_type'";
        }

        config.TokenType = type.Length > 0 ? type : "default-service";
        return null;
    }

    private static List<string>? List(FieldData fields, string name, List<string>? known) => fields.Has(name) ? fields.Texts(name) : known;

    private static Result Options(VaultCore core, Mount mount, FieldData fields)
    {
        SortedDictionary<string, string> options = fields.Pairs("options");
        if (options.Count == 0)
        {
            return Result.None;
        }

        VaultResponse? response = null;
        if (options.TryGetValue("version", out string? version))
        {
            string current = mount.Options?["version"]?.GetValue<string>() is { Length: > 0 } set ? set : "0";
            if (!GoNumber.ParseInt(version, 10, out long number, out string? error))
            {
                return Result.Invalid($"unable to parse options: {error}");
            }

            if (number is not (1 or 2))
            {
                return Result.Invalid($"invalid version provided: {number}");
            }

            if (string.CompareOrdinal(current, version) > 0)
            {
                return Result.Invalid($"cannot downgrade mount from version {current}");
            }

            if (current != version)
            {
                response = new VaultResponse().Warned(
                    $"Upgrading mount from version {current} to version {version}. This mount will be unavailable for a brief period and will resume service shortly.");
                Upgrade(core, mount, version);
            }
        }

        mount.Options ??= [];
        foreach ((string key, string value) in options)
        {
            mount.Options[key] = value;
        }

        return response is null ? Result.None : response;
    }

    private static void Upgrade(VaultCore core, Mount mount, string version)
    {
        if (version != "2" || mount.Backend is not KvV1Backend old)
        {
            return;
        }

        var versioned = new KvV2Backend(core.Clock);
        old.ExportTo(versioned);
        mount.Backend = versioned;
    }
}
