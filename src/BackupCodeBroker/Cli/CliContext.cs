using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli;

/// <summary>Which servers a verb speaks to: only their settings have to be right.</summary>
[Flags]
internal enum Reach
{
    /// <summary>Neither: a verb that looks at the settings itself.</summary>
    None = 0,

    /// <summary>The broker.</summary>
    Broker = 1,

    /// <summary>Vault itself, with the user's own token.</summary>
    Vault = 2,

    /// <summary>Neither with a token: whoever runs it is locked out, and what is left of a token says nothing.</summary>
    WithoutToken = 4,
}

/// <summary>What the global options and the environment said, put together for one run of a client verb.</summary>
internal sealed class CliContext : IDisposable
{
    private readonly BrokerApi? _broker;
    private readonly VaultClient? _vault;
    private readonly UserToken? _token;
    private readonly TraceContext _trace;

    private CliContext(CliSettings settings, UserToken? token, TraceContext trace, BrokerApi? broker, VaultClient? vault)
    {
        Settings = settings;
        _token = token;
        _trace = trace;
        _broker = broker;
        _vault = vault;
    }

    /// <summary>Where the servers are.</summary>
    public CliSettings Settings { get; }

    /// <summary>The process.</summary>
    public CliSurroundings Surroundings => Settings.Surroundings;

    /// <summary>The user's own Vault token.</summary>
    public UserToken Token => _token ?? throw new InvalidOperationException("this verb runs without a token");

    /// <summary>The trace of this run.</summary>
    public string TraceId => _trace.TraceId;

    /// <summary>The broker, for verbs that reach it.</summary>
    public BrokerApi Broker => _broker ?? throw new InvalidOperationException("this verb does not reach the broker");

    /// <summary>Vault, for verbs that reach it.</summary>
    public VaultClient Vault => _vault ?? throw new InvalidOperationException("this verb does not reach Vault");

    /// <summary>Puts it together; what is wrong is said for people, all of it.</summary>
    public static bool TryCreate(CliSettings settings, Reach reach, [NotNullWhen(true)] out CliContext? context, out string error)
    {
        List<string> errors = [];
        var surroundings = settings.Surroundings;
        var noToken = "";
        var token = reach.HasFlag(Reach.WithoutToken) ? null : UserToken.Find(surroundings, out noToken);
        errors.AddRange(noToken.Length > 0 ? [noToken] : []);
        var connection = reach.HasFlag(Reach.Broker) ? BrokerConnection(settings, errors) : null;
        var vault = reach.HasFlag(Reach.Vault) ? settings.Vault : null;
        errors.AddRange(vault?.Validate() ?? []);
        error = string.Join("; ", errors);
        if (errors.Count > 0)
        {
            context = null;
            return false;
        }

        var trace = TraceContext.Create();
        context = new CliContext(
            settings,
            token,
            trace,
            connection is { } to ? new BrokerApi(to.Address, token, to.Handler, trace) : null,
            vault is null ? null : new VaultClient(vault, surroundings.Time, surroundings.VaultHandler));
        return true;
    }

    /// <summary>A call to Vault as part of this run.</summary>
    public VaultCall Call(CancellationToken cancellation) => new(_trace.Header, cancellation);

    /// <summary>A problem that the client found itself, with the trace under which it can be looked up.</summary>
    public Problem Problem(string code, string detail) => Cli.Broker.Problem.Local(code, detail) with { TraceId = TraceId };

    /// <summary>Something worth knowing that is not the answer: standard error.</summary>
    public void Note(string text) => Surroundings.Error.WriteLine(Screen.Clean(text));

    /// <inheritdoc/>
    public void Dispose()
    {
        _broker?.Dispose();
        _vault?.Dispose();
    }

    /// <summary>The way to the broker; null where its settings are wrong, which is added to the errors.</summary>
    public static (Uri Address, HttpMessageHandler Handler)? BrokerConnection(CliSettings settings, List<string> errors)
    {
        if (!ServerAddress.TryParse(settings.BrokerAddress, "the broker's address (BCB_ADDR, --address)", out var address, out var error))
        {
            errors.Add(error);
            return null;
        }

        try
        {
            return (address, settings.Surroundings.BrokerHandler?.Invoke() ?? BrokerHandler.Create(address, settings.BrokerAuthorities));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            errors.Add("the certificates to trust the broker by (BCB_CACERT, VAULT_CACERT) cannot be read as PEM");
            return null;
        }
    }
}
