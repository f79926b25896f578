namespace BackupCodeBroker.Core.Audit;

/// <summary>Says what a request is about, from its path and verb: the one place that knows which of Vault's paths concern the broker.</summary>
public sealed class SubjectReader
{
    private const string Alias = "bcb.";

    private readonly AuditNames _names;
    private readonly string _kv;
    private readonly string _ask;
    private readonly string _transit;
    private readonly string _login;
    private readonly string _recovery;
    private readonly string[] _mounts;

    /// <summary>A reader for one deployment's names.</summary>
    public SubjectReader(AuditNames names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = names;
        _kv = names.KvMount + "/";
        _ask = names.AskMount + "/";
        _transit = names.TransitMount + "/";
        _login = $"auth/{names.LoginMount}/";
        _recovery = $"auth/{names.RecoveryMount}/role/";
        _mounts = [names.KvMount, names.AskMount, names.TransitMount, "auth/" + names.LoginMount, "auth/" + names.RecoveryMount, "auth/token"];
    }

    /// <summary>What a request is about.</summary>
    public Subject Of(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var (path, verb) = (entry.Path, entry.Verb);
        if (path.StartsWith("sys/", StringComparison.Ordinal))
        {
            return Sys(path[4..], verb, entry.Namespace);
        }

        if (entry.Namespace != _names.Namespace)
        {
            return Subject.Other;
        }

        return path switch
        {
            _ when path.StartsWith(_kv, StringComparison.Ordinal) => Kv(path[_kv.Length..], verb),
            _ when path.StartsWith(_ask, StringComparison.Ordinal) => Ask(path[_ask.Length..], verb),
            _ when path.StartsWith("auth/", StringComparison.Ordinal) => Auth(path, verb),
            _ when path.StartsWith("identity/", StringComparison.Ordinal) => Identity(path["identity/".Length..], verb),
            _ when path.StartsWith(_transit, StringComparison.Ordinal) => Transit(path[_transit.Length..], verb),
            "cubbyhole/response" => new Subject(SubjectKind.Unwrap),
            _ => Subject.Other,
        };
    }

    /// <summary>The identity of a document's path, or null: <c>identities/bcb.NAME</c>.</summary>
    public static string? IdentityOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.StartsWith("identities/" + Alias, StringComparison.Ordinal) ? path[("identities/" + Alias).Length..] : null;
    }

    private static bool Reads(string verb) => verb is "read" or "list" or "help" or "header";

    private static Subject Kv(string path, string verb)
    {
        if (path is "config")
        {
            return new Subject(SubjectKind.KvConfig);
        }

        if (!path.StartsWith("data/", StringComparison.Ordinal) || verb is not ("read" or "create" or "update"))
        {
            return verb is "list" && path is "metadata/identities/" or "metadata/identities" or "metadata/broker/lockdowns/" or "metadata/broker/lockdowns"
                ? new Subject(SubjectKind.Fleet)
                : new Subject(SubjectKind.Documents, IdentityOf(path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..]) ?? "");
        }

        var document = path["data/".Length..];
        return document == "broker/state" ? new Subject(SubjectKind.State)
            : document.StartsWith("broker/", StringComparison.Ordinal) ? new Subject(SubjectKind.Fleet)
            : IdentityOf(document) is { } identity ? new Subject(SubjectKind.Document, identity)
            : new Subject(SubjectKind.Documents);
    }

    private static Subject Ask(string path, string verb) => path switch
    {
        "@ready" when Reads(verb) => new Subject(SubjectKind.AskReady),
        _ => new Subject(SubjectKind.Ask, path),
    };

    private Subject Auth(string path, string verb)
    {
        if (path.StartsWith("auth/token/", StringComparison.Ordinal))
        {
            return Token(path["auth/token/".Length..], verb);
        }

        if (path.StartsWith(_recovery, StringComparison.Ordinal))
        {
            return Recovery(path[_recovery.Length..], verb);
        }

        if (!path.StartsWith(_login, StringComparison.Ordinal))
        {
            return Subject.Other;
        }

        var rest = path[_login.Length..];
        if (rest == "login" || rest.StartsWith("login/", StringComparison.Ordinal))
        {
            return new Subject(SubjectKind.Login);
        }

        // Whose JWTs Vault believes is as good as the broker's role.
        if (rest == "config" && !Reads(verb))
        {
            return new Subject(SubjectKind.Role, rest);
        }

        // Vault keeps these roles, as it keeps policies, under their names in lower case.
        var role = "role/" + (_names.LoginRole ?? _names.BrokerRole);
        return !rest.StartsWith(role, StringComparison.OrdinalIgnoreCase) || rest.Length > role.Length && rest[role.Length] != '/' ? Subject.Other
            : Reads(verb) || rest.EndsWith("/lookup", StringComparison.Ordinal) ? new Subject(SubjectKind.RoleRead, role["role/".Length..])
            : new Subject(SubjectKind.Role, rest);
    }

    // NAME/secret-id, NAME/role-id, NAME/secret-id-accessor/destroy; the role itself, and what it says of its tokens, is an administrator's.
    private static Subject Recovery(string path, string verb)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var (name, rest) = slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..].TrimEnd('/'));
        return rest switch
        {
            "secret-id" when verb == "update" => new Subject(SubjectKind.RecoveryMade, name),
            "secret-id-accessor/destroy" or "secret-id/destroy" => new Subject(SubjectKind.RecoveryEnded, name),
            _ when Reads(verb) || rest.EndsWith("/lookup", StringComparison.Ordinal) => rest == "role-id" ? new Subject(SubjectKind.RecoveryRole, name) : Subject.Other,
            _ => new Subject(SubjectKind.RecoveryRoleChange, name),
        };
    }

    private Subject Token(string path, string verb) => path switch
    {
        "lookup-self" => new Subject(SubjectKind.LookupSelf),
        "renew-self" => new Subject(SubjectKind.RenewSelf),
        "revoke-self" => new Subject(SubjectKind.RevokeSelf),
        "lookup-accessor" => new Subject(SubjectKind.LookupAccessor),
        "revoke-accessor" => new Subject(SubjectKind.RevokeAccessor),
        "create" or "create-orphan" => new Subject(SubjectKind.TokenMade),
        _ when path.StartsWith("create/" + _names.RecoveryRolePrefix, StringComparison.Ordinal) =>
            new Subject(SubjectKind.RecoveryMade, path[("create/" + _names.RecoveryRolePrefix).Length..]),
        _ when path.StartsWith("roles/" + _names.RecoveryRolePrefix, StringComparison.Ordinal) && !Reads(verb) =>
            new Subject(SubjectKind.RecoveryRoleChange, "token role " + path["roles/".Length..]),
        _ when path.StartsWith("create/", StringComparison.Ordinal) => path["create/".Length..] is var role && IsOurs(role)
            ? new Subject(SubjectKind.Mint, role)
            : new Subject(SubjectKind.TokenMade),
        _ when path.StartsWith("roles/", StringComparison.Ordinal) && !Reads(verb) && IsOurs(path["roles/".Length..]) =>
            new Subject(SubjectKind.Role, "token role " + path["roles/".Length..]),
        _ => Subject.Other,
    };

    private bool IsOurs(string role) => role == _names.IdentityRole || role == _names.SweeperRole;

    private static Subject Identity(string path, string verb)
    {
        if (path == "lookup/entity")
        {
            return new Subject(SubjectKind.AliasLookup);
        }

        if (Reads(verb))
        {
            return verb != "read" ? Subject.Other
                : path.StartsWith("entity/id/", StringComparison.Ordinal) ? new Subject(SubjectKind.EntityRead, path["entity/id/".Length..])
                : path.StartsWith("group/id/", StringComparison.Ordinal) ? new Subject(SubjectKind.EntityRead, path["group/id/".Length..])
                : Subject.Other;
        }

        return path switch
        {
            _ when path.StartsWith("entity-alias", StringComparison.Ordinal) || path.StartsWith("alias", StringComparison.Ordinal)
                || path.StartsWith("persona", StringComparison.Ordinal) => new Subject(SubjectKind.AliasChange),
            _ when path.StartsWith("entity/id/", StringComparison.Ordinal) => new Subject(SubjectKind.EntityChange, path["entity/id/".Length..]),
            _ when path.StartsWith("entity", StringComparison.Ordinal) => new Subject(SubjectKind.EntityChange),
            _ when path.StartsWith("group/id/", StringComparison.Ordinal) => new Subject(SubjectKind.GroupChange, path["group/id/".Length..]),
            _ when path.StartsWith("group", StringComparison.Ordinal) => new Subject(SubjectKind.GroupChange),
            _ => Subject.Other,
        };
    }

    private Subject Transit(string path, string verb)
    {
        if (path == "hmac/" + _names.PepperKey || path.StartsWith($"hmac/{_names.PepperKey}/", StringComparison.Ordinal))
        {
            return new Subject(SubjectKind.PepperHmac);
        }

        var segments = path.Split('/');
        if (!segments.Contains(_names.PepperKey, StringComparer.Ordinal))
        {
            return Subject.Other;
        }

        return new Subject(segments[0] == "keys" && Reads(verb) ? SubjectKind.PepperRead : SubjectKind.PepperKey);
    }

    private Subject Sys(string path, string verb, string space)
    {
        if (path.StartsWith("wrapping/", StringComparison.Ordinal))
        {
            return path["wrapping/".Length..] switch
            {
                "wrap" => new Subject(SubjectKind.Wrap),
                "unwrap" => new Subject(SubjectKind.Unwrap),
                "rewrap" => new Subject(SubjectKind.Rewrap),
                "lookup" => new Subject(SubjectKind.WrapLookup),
                _ => Subject.Other,
            };
        }

        return path switch
        {
            "capabilities-self" => new Subject(SubjectKind.Capabilities),
            "remount" => new Subject(SubjectKind.Remount),
            _ when path.StartsWith("raw", StringComparison.Ordinal) || path.StartsWith("storage/raft/snapshot", StringComparison.Ordinal) =>
                new Subject(SubjectKind.Storage),
            _ when path.StartsWith("generate-root", StringComparison.Ordinal) && !Reads(verb) => new Subject(SubjectKind.GenerateRoot),
            _ when Reads(verb) => Subject.Other,
            _ when path.StartsWith("polic", StringComparison.Ordinal) && space == _names.Namespace => Policy(path),
            _ when path.StartsWith("mounts/", StringComparison.Ordinal) && space == _names.Namespace => Mount(path["mounts/".Length..]),
            _ when path.StartsWith("auth/", StringComparison.Ordinal) && space == _names.Namespace => Mount(path),
            _ when path.StartsWith("audit/", StringComparison.Ordinal) || path.StartsWith("config/auditing/", StringComparison.Ordinal) =>
                new Subject(SubjectKind.Audit, path),
            "seal" or "rotate" => new Subject(SubjectKind.Upkeep, path),
            _ when path.StartsWith("rekey", StringComparison.Ordinal) || path.StartsWith("rotate/", StringComparison.Ordinal) =>
                new Subject(SubjectKind.Upkeep, path),
            _ => Subject.Other,
        };
    }

    private static Subject Policy(string path) => path switch
    {
        _ when path.StartsWith("policies/acl/", StringComparison.Ordinal) => new Subject(SubjectKind.Policy, Stored(path["policies/acl/".Length..])),
        _ when path.StartsWith("policy/", StringComparison.Ordinal) => new Subject(SubjectKind.Policy, Stored(path["policy/".Length..])),
        _ => Subject.Other,
    };

    // Whoever writes BCB-Broker changes bcb-broker.
    private static string Stored(string policy) => policy.Trim().ToLowerInvariant();

    private Subject Mount(string path)
    {
        var mount = path.EndsWith("/tune", StringComparison.Ordinal) ? path[..^"/tune".Length] : path.TrimEnd('/');
        return _mounts.Contains(mount, StringComparer.Ordinal) ? new Subject(SubjectKind.Mount, mount) : Subject.Other;
    }
}
