using System.Globalization;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Configuration;

/// <summary>
/// Makes settings of <c>bcb.json</c>, its environment twins (<c>vault.kv_mount</c> is <c>BCB_VAULT__KV_MOUNT</c>) and Vault's own variables. A key that is
/// unknown, a value out of its range and two settings that contradict each other are all told at once.
/// </summary>
internal sealed partial class SettingsReader
{
    private readonly IConfiguration _configuration;
    private readonly Func<string, string?> _variable;
    private readonly List<string> _errors = [];
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    private SettingsReader(IConfiguration configuration, Func<string, string?> variable) => (_configuration, _variable) = (configuration, variable);

    /// <summary>Reads the settings; errors is empty where they are sound.</summary>
    /// <param name="file">Configuration from the file alone, whose keys must all be known.</param>
    /// <param name="all">File and environment.</param>
    /// <param name="variable">Environment, for Vault's own variables.</param>
    public static (BrokerSettings Settings, IReadOnlyList<string> Errors) Read(IConfiguration file, IConfiguration all, Func<string, string?> variable)
    {
        var reader = new SettingsReader(all, variable);
        var settings = reader.Settings();
        reader.Unknown(file);
        return (settings, reader._errors);
    }

    /// <summary>What the environment alone says about telemetry, for those who try the broker without a configuration.</summary>
    public static (TelemetrySettings Settings, IReadOnlyList<string> Errors) ReadTelemetry(Func<string, string?> variable)
    {
        string[] keys = ["telemetry:access_file", "telemetry:pseudonym_key_file"];
        var twins = keys.ToDictionary(k => k, k => variable("BCB_" + k.ToUpperInvariant().Replace(":", "__", StringComparison.Ordinal)));
        var reader = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(twins).Build(), variable);
        return (reader.Telemetry(), reader._errors);
    }

    /// <summary>Reads a duration such as <c>90d</c>, <c>24h</c>, <c>5m</c> or <c>60s</c>; null where it is none, or longer than time is counted.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        TimeSpan? unit = text[^1] switch
        {
            'd' => TimeSpan.FromDays(1),
            'h' => TimeSpan.FromHours(1),
            'm' => TimeSpan.FromMinutes(1),
            's' => TimeSpan.FromSeconds(1),
            _ => null,
        };
        return unit is { } one && number <= TimeSpan.MaxValue / one ? one * number : null;
    }

    private BrokerSettings Settings()
    {
        var defaults = new BrokerSettings();
        var settings = defaults with
        {
            Listen = Url("listen", defaults.Listen),
            TlsCertificate = File("tls:certificate"),
            TlsKey = File("tls:key"),
            Vault = Vault(),
            Login = Login(),
            Epoch = Number("epoch", defaults.Epoch, 1, int.MaxValue),
            Environment = EnvironmentName(),
            Worker = Worker(defaults.Worker),
            AllowBroadTokens = Flag("allow_broad_tokens"),
            OwnershipFacets = Facets(defaults),
            Failures = new FailureLimits(Number("failures:per_code", 10, 1, 100), Number("failures:per_set", 100, 1, 100)),
            PeopleLogins = Mounts("people_logins"),
            MachineLogins = Mounts("machine_logins"),
            Telemetry = Telemetry(),
            Notices = Notices(),
            Recover = Recover(defaults.Recover),
            MaxOperations = Number("limits:operations", defaults.MaxOperations, 1, 100_000),
            MaxConnections = Number("limits:connections", defaults.MaxConnections, 1, 100_000),
            Profiles = Profiles(defaults),
        };
        Contradictions(settings);
        return settings;
    }

    private WorkerSettings Worker(WorkerSettings defaults)
    {
        var worker = new WorkerSettings
        {
            Enabled = Text("worker:enabled") is null || Flag("worker:enabled"),
            Alone = Flag("worker:alone"),
            Interval = Span("worker:interval", defaults.Interval),
            Rate = Number("worker:rate", defaults.Rate, 1, 1_000_000),
            Takeover = Span("worker:takeover", defaults.Takeover),
        };
        _errors.AddRange(worker.Errors());
        return worker;
    }

    private string? EnvironmentName()
    {
        var name = Text("environment");
        if (name is null || IdentityName.TryParse(name, out _))
        {
            return name;
        }

        _errors.Add("environment must be " + IdentityName.Grammar);
        return null;
    }

    private void Contradictions(BrokerSettings settings)
    {
        if (settings.Listen.Scheme == Uri.UriSchemeHttps && (settings.TlsCertificate is null || settings.TlsKey is null))
        {
            _errors.Add("listen is https: tls.certificate and tls.key are needed");
        }

        if (settings.ListenAddress is null)
        {
            _errors.Add("listen: the host must be an IP address or localhost");
        }
        else if (settings.Listen.Scheme == Uri.UriSchemeHttp && !settings.Listen.IsLoopback)
        {
            _errors.Add("listen is plain http on an address that other machines reach: use https, or a loopback address behind a TLS proxy");
        }

        if (TlsFiles.Fault(settings.TlsCertificate, settings.TlsKey) is { } unreadable)
        {
            _errors.Add(unreadable);
        }
    }

    private TelemetrySettings Telemetry() => new()
    {
        AccessFile = Text("telemetry:access_file"),
        Pseudonyms = Text("telemetry:pseudonym_key_file") is { } key ? PseudonymKey(key) : Pseudonyms.None,
        Export = ExportVariables.Read(_variable, _errors),
    };

    private Pseudonyms PseudonymKey(string path)
    {
        var pseudonyms = PseudonymKeyFile.Read(path, out var error);
        _errors.AddRange(pseudonyms is null ? [error] : []);
        return pseudonyms ?? Pseudonyms.None;
    }

    private IReadOnlyList<string> Mounts(string key)
    {
        var mounts = Texts(key).Select(WithoutAuth).ToList();
        _errors.AddRange(mounts.Where(m => m.Length == 0).Select(_ => Shown(key) + ": a mount's path is empty"));
        return mounts;
    }

    private VaultSettings Vault()
    {
        var defaults = VaultSettings.FromEnvironment(_variable);
        var vault = defaults with
        {
            Address = Text("vault:address") ?? defaults.Address,
            Namespace = Text("vault:namespace") ?? defaults.Namespace,
            CaCertificate = Text("vault:ca_certificate") ?? defaults.CaCertificate,
            KvMount = Text("vault:kv_mount") ?? defaults.KvMount,
            AskMount = Text("vault:ask_mount") ?? defaults.AskMount,
            TransitMount = Text("vault:transit_mount") ?? defaults.TransitMount,
            PepperKey = Text("vault:pepper_key") ?? defaults.PepperKey,
            TokenRole = Text("vault:token_role") ?? defaults.TokenRole,
            SweeperRole = Text("vault:sweeper_role") ?? defaults.SweeperRole,
            AppRoleMount = Text("vault:approle_mount") ?? defaults.AppRoleMount,
            AppRoleName = Text("vault:approle_name") ?? defaults.AppRoleName,
            RecoveryMount = Text("vault:recovery_mount") ?? defaults.RecoveryMount,
            RecoveryRolePrefix = Text("vault:recovery_role_prefix") ?? defaults.RecoveryRolePrefix,
            CallTimeout = Span("vault:call_timeout", defaults.CallTimeout),
            MaxConcurrency = Number("vault:max_concurrency", defaults.MaxConcurrency, 1, 4096),
            MaxQueue = Number("vault:max_queue", defaults.MaxQueue, 0, 65536),
            AllowedRedirectHosts = Texts("vault:redirect_hosts"),
        };
        _errors.AddRange(vault.Validate());
        RecoveryContradictions(vault);
        return vault;
    }

    private IReadOnlyList<string> Facets(BrokerSettings defaults)
    {
        var facets = Texts("ownership:facets");
        _errors.AddRange(facets.Where(f => !EntityFingerprint.IsFacet(f)).Select(f => $"ownership.facets: {f} is not groups, name, policies or metadata.KEY"));
        return facets.Count > 0 ? facets : defaults.OwnershipFacets;
    }

    private Dictionary<string, Profile> Profiles(BrokerSettings defaults)
    {
        var profiles = new Dictionary<string, Profile>(defaults.Profiles, StringComparer.Ordinal);
        foreach (var section in _configuration.GetSection("profiles").GetChildren())
        {
            // The environment spells names in capitals; profiles are lower case.
            var name = section.Key.ToLowerInvariant();
            if (!IdentityName.TryParse(name, out _))
            {
                _errors.Add($"profiles: a name must be {IdentityName.Grammar}");
                continue;
            }

            profiles[name] = Profile(name, "profiles:" + section.Key + ":");
            _errors.AddRange(profiles[name].Errors().Select(e => $"profiles.{name}: {e}"));
        }

        return profiles;
    }

    private Profile Profile(string name, string at)
    {
        var kindName = Text(at + "kind") ?? (name == "printable" ? "printable" : "machine");
        var kind = CodeKinds.Named(kindName);
        if (kind is null)
        {
            _errors.Add($"profiles.{name}: kind is not machine or printable");
        }

        var defaults = kind == CodeKind.Printable ? Core.Profiles.Profile.Printable : Core.Profiles.Profile.Machine;
        var scheme = Text(at + "scheme") ?? defaults.Scheme.Name;
        var identities = Text(at + "identities");
        var pattern = identities is null ? NamePattern.Any : NamePattern.TryParse(identities);
        if (pattern is null)
        {
            _errors.Add($"profiles.{name}: identities is neither a name nor a prefix with * at its end");
        }

        return defaults with
        {
            Name = name,
            Kind = kind ?? CodeKind.Machine,
            Count = Number(at + "count", defaults.Count, int.MinValue, int.MaxValue),
            Lifetime = Span(at + "lifetime", defaults.Lifetime),
            WrapTtl = Span(at + "wrap_ttl", defaults.WrapTtl),
            Scheme = new HashScheme(
                scheme,
                scheme == HashScheme.Pbkdf2Sha256 ? Number(at + "iterations", HashScheme.DefaultIterations, int.MinValue, int.MaxValue) : Ignored(at + "iterations"),
                Text(at + "pepper") is null ? defaults.Scheme.Peppered : Flag(at + "pepper")),
            Assurance = Text(at + "assurance") ?? defaults.Assurance,
            WarnBelow = Number(at + "warn_below", defaults.WarnBelow, int.MinValue, int.MaxValue),
            AskBelow = Number(at + "ask_below", defaults.AskBelow, int.MinValue, int.MaxValue),
            AskBeforeExpiry = Span(at + "ask_before_expiry", defaults.AskBeforeExpiry),
            ProveEvery = Span(at + "prove_every", defaults.ProveEvery),
            Recovery = RecoveryOf(name, at),
            Identities = pattern ?? NamePattern.Any,
            Approvals = Texts(at + "approvals") is { Count: > 0 } approvals ? approvals : [],
            ApprovalTtl = Span(at + "approval_ttl", defaults.ApprovalTtl),
            BreakGlass = Flag(at + "break_glass"),
        };
    }

    private int Ignored(string key)
    {
        if (Text(key) is not null)
        {
            _errors.Add(Shown(key) + " is for " + HashScheme.Pbkdf2Sha256 + " only");
        }

        return 0;
    }

    private void Unknown(IConfiguration file)
    {
        foreach (var (key, value) in file.AsEnumerable())
        {
            if (value is not null && !_known.Contains(key) && !_known.Contains(Parent(key)))
            {
                _errors.Add(Shown(key) + " is unknown");
            }
        }
    }

    // The elements of a list stand below its key.
    private static string Parent(string key) =>
        key.LastIndexOf(':') is var at and > 0 && int.TryParse(key[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _) ? key[..at] : key;

    private string? Text(string key)
    {
        _known.Add(key);
        var value = _configuration[key];
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }

    private List<string> Texts(string key)
    {
        _known.Add(key);
        var items = _configuration.GetSection(key).GetChildren().Select(c => c.Value).OfType<string>().ToList();
        return items.Count > 0 ? items : [.. (Text(key) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    private string? File(string key)
    {
        var path = Text(key);
        if (path is not null && !System.IO.File.Exists(path))
        {
            _errors.Add($"{Shown(key)}: there is no file {path}");
        }

        return path;
    }

    private Uri Url(string key, Uri otherwise)
    {
        var text = Text(key);
        if (text is null)
        {
            return otherwise;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/")
        {
            return url;
        }

        _errors.Add(Shown(key) + " is not a URL such as http://127.0.0.1:8400");
        return otherwise;
    }

    private int Number(string key, int otherwise, int min, int max)
    {
        var text = Text(key);
        if (text is null)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{Shown(key)} must be a number from {min} to {max}"));
        return otherwise;
    }

    private bool Flag(string key)
    {
        var text = Text(key);
        if (text is null || bool.TryParse(text, out _))
        {
            return text is not null && bool.Parse(text);
        }

        _errors.Add(Shown(key) + " must be true or false");
        return false;
    }

    private TimeSpan Span(string key, TimeSpan otherwise)
    {
        var text = Text(key);
        if (text is null || Duration(text) is not null)
        {
            return text is null ? otherwise : Duration(text)!.Value;
        }

        _errors.Add(Shown(key) + " must be a duration such as 90d, 24h, 5m or 60s");
        return otherwise;
    }

    private static string Shown(string key) => key.Replace(':', '.');
}
