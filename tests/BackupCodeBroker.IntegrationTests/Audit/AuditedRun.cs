using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Audit;
using BackupCodeBroker.Audit.Join;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.IntegrationTests.Approvals;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Audit;

/// <summary>
/// A Vault of its own, since what other tests do to a shared one (audit devices, root tokens) is what an audit reports, with one deployment on it.
/// </summary>
public sealed class AuditedVault : IAsyncLifetime
{
    private readonly VaultBackend _backend = new();

    internal BrokerEnvironment Environment { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _backend.StartAsync();
        Environment = new BrokerEnvironment(TestVault.At(_backend.Address, _backend.RootToken));
        await Environment.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Environment.DisposeAsync();
        await _backend.DisposeAsync();
    }
}

/// <summary>Some minutes of a deployment's life under an audit device and with an access file, and the audit of them.</summary>
internal sealed class AuditedRun : IAsyncDisposable
{
    private readonly AuditFile _log;
    private readonly List<Func<Task>> _undo = [];
    private TimeSpan? _goesOn;
    private RunningBroker? _broker;

    private AuditedRun(BrokerEnvironment environment, AuditFile log) => (Environment, _log) = (environment, log);

    public BrokerEnvironment Environment { get; }

    public AccessRecords Access { get; } = new();

    public RunningBroker Broker => _broker!;

    public Cast Cast { get; private set; } = null!;

    public RootClient Root => Environment.Root;

    /// <summary>Beginning of the period: what is set up before it is an administrator's, and is not reported.</summary>
    public DateTimeOffset Since { get; set; }

    public string LogPath => _log.Path;

    public static async Task<AuditedRun> StartAsync(AuditedVault vault, Func<BrokerSettings, BrokerSettings>? settings = null, Action<IServiceCollection>? configure = null)
    {
        var environment = vault.Environment;
        var run = new AuditedRun(environment, await AuditFile.StartAsync(environment));
        run._broker = await environment.StartAsync(s => (settings ?? (x => x))(HelpDesk.Settings(s) with { Telemetry = s.Telemetry with { AccessFile = run.Access.Path } }), configure, clock: new TestClock());
        run.Cast = await Cast.OfAsync(environment);
        run.Since = DateTimeOffset.UtcNow;
        return run;
    }

    /// <summary>The flows of a day: codes received, spent, refused.</summary>
    public async Task<Holding> SomeFlowsAsync()
    {
        var holding = await Environment.HoldingAsync(Broker, Cast);
        using var verifier = Broker.As(Cast.Verifier);
        using var team = Broker.As(Cast.Team);
        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code())).Status);
        Assert.Equal(403, (await verifier.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code(1)))).Status);
        Assert.Equal(403, (await verifier.ConsumeAsync("team-a.nobody", holding.Code(2))).Status);
        Assert.Equal(403, (await team.IssueAsync(holding.Identity)).Status);
        return holding;
    }

    /// <summary>Every flow, with its refusals: nothing of it is an offence.</summary>
    public async Task<Holding> AllFlowsAsync()
    {
        var holding = await SomeFlowsAsync();
        var printed = await Environment.HoldingAsync(Broker, Cast, "printable");
        using var team = Broker.As(Cast.Team);
        using var owner = Broker.As(Cast.Owner);
        using var verifier = Broker.As(Cast.Verifier);
        using var desk = Broker.As(Cast.Desk);
        var key = Guid.NewGuid().ToString();
        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code(3), key)).Status);
        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code(3), key)).Status);
        Assert.Equal(409, (await verifier.ConsumeAsync(holding.Identity, holding.Code(4), key)).Status);
        Assert.Equal(403, (await desk.ConsumeAsync(holding.Identity, holding.Code(3))).Status);
        Assert.Equal(200, (await verifier.ConsumeAsync(printed.Identity, printed.Code())).Status);
        Assert.Equal(403, (await owner.ConsumeAsync(holding.Identity, holding.Code(5))).Status);
        Assert.Equal(200, (await owner.StatusAsync(holding.Identity)).Status);
        Assert.Equal(200, (await team.ListAsync()).Status);
        Assert.Equal(201, (await owner.IssueAsync(printed.Identity)).Status);
        await Environment.ClaimAsync(Broker, Cast.Owner, printed.Identity);
        var doubted = await owner.IssueAsync(printed.Identity);
        Assert.Equal(204, (await owner.InterceptedAsync(printed.Identity, doubted.Json.GetProperty("generation").GetInt32(), "creation time differs")).Status);
        Assert.Equal(204, (await team.RevokeAsync(printed.Identity)).Status);
        await ApprovalsAsync();
        return holding;
    }

    private async Task ApprovalsAsync()
    {
        var desk = new HelpDesk(Environment, Broker, Cast, await Environment.PersonAsync("ann", "help-desk"), await Environment.PersonAsync("bob", "help-desk"));
        var holding = await desk.HoldingAsync();
        Assert.Equal(403, (await desk.ConsumeAsync(holding)).Status);
        var approval = await desk.AskedAsync(holding.Identity);
        Assert.Equal(403, (await desk.GiveAsync(holding.Identity, approval, desk.Ann)).Status);
        Assert.Equal(204, (await desk.GiveAsync(holding.Identity, approval)).Status);
        var spent = await desk.ConsumeAsync(holding);
        Assert.Equal(200, (await desk.ListAsync(holding.Identity)).Status);
        Assert.Equal(204, (await desk.ReviewAsync(holding.Identity, spent.OperationId)).Status);
        Assert.Equal(204, (await desk.DenyAsync(holding.Identity, await desk.AskedAsync(holding.Identity))).Status);
    }

    /// <summary>An identity's way through hands: a group's, a person's, suspended, confirmed, retired, and who may see it in lists.</summary>
    public async Task OwnershipFlowsAsync()
    {
        var mover = await Environment.HolderAsync("mover", "register/*", "transfer/*", "retire/*", "revoke/*", "status/*");
        var (member, next) = (await Environment.OwnerAsync(), await Environment.OwnerAsync());
        var group = await Environment.GroupAsync(member);
        var identity = BrokerEnvironment.NewIdentity();
        using var moving = Broker.As(mover);
        using var members = Broker.As(member);
        using var stranger = Broker.As(await Environment.HolderAsync("stranger", "transfer/@owned", "revoke/@owned"));
        using var nobody = Broker.As(await Environment.HolderAsync("nobody", "consume/*"));
        using var auditors = Broker.As(await Environment.HolderAsync("auditor", "report"));
        using var readers = Broker.As(await Environment.HolderAsync("reader", "status/team-a.*"));
        // Whom an administrator made for this is not part of it.
        Since = DateTimeOffset.UtcNow;
        Assert.Equal(201, (await moving.RegisterAsync(identity, group)).Status);
        await Environment.ClaimAsync(Broker, member, identity);
        Assert.Equal(200, (await members.ListAsync("?mine=true")).Status);
        Assert.Equal(200, (await members.ListAsync()).Status);
        Assert.Equal(200, (await readers.ListAsync("?limit=1")).Status);
        Assert.Equal(403, (await nobody.ListAsync()).Status);
        Assert.Equal(200, (await auditors.ReportAsync()).Status);
        Assert.Equal(200, (await members.ReportAsync()).Status);
        Assert.Equal(200, (await readers.ReportAsync("?limit=1")).Status);
        Assert.Equal(403, (await nobody.ReportAsync()).Status);
        Assert.Equal(403, (await stranger.TransferAsync(identity, next.EntityId)).Status);
        Assert.Equal(204, (await moving.SuspendAsync(identity)).Status);
        Assert.Equal(204, (await moving.TransferAsync(identity, group, confirm: true)).Status);
        Assert.Equal(409, (await moving.TransferAsync(identity, group)).Status);
        Assert.Equal(400, (await moving.TransferAsync(identity, Guid.NewGuid().ToString())).Status);
        Assert.Equal(204, (await moving.TransferAsync(identity, next.EntityId)).Status);
        await Environment.ClaimAsync(Broker, next, identity);
        using var team = Broker.As(Cast.Team);
        Assert.Equal(200, (await team.ListAsync("?ownerless=true&mine=true")).Status);
        Assert.Equal(200, (await team.ListAsync("?ownerless=true")).Status);
        Assert.Equal(204, (await moving.RetireAsync(identity)).Status);
        Assert.Equal(409, (await moving.RegisterAsync(identity, next.EntityId)).Status);
    }

    /// <summary>Stops the broker, so that every record is written, and audits.</summary>
    public async Task<AuditReport> AuditAsync(params string[] files)
    {
        await StopAsync();
        files = files.Length > 0 ? files : [LogPath, Access.Path];
        return Audit(_goesOn is null ? files : [.. files, Later(_goesOn.Value)]);
    }

    /// <summary>Undoes something when the run is over.</summary>
    public void Afterwards(Func<Task> undo) => _undo.Add(undo);

    /// <summary>Lets the log go on: its last line once more, that much later, in a file of its own. Nobody can wait for a wrap to lapse.</summary>
    public void GoesOnFor(TimeSpan length) => _goesOn = length;

    public AuditReport Audit(IReadOnlyList<string> files) =>
        new AuditRun(new AuditQuestion(AuditRun.NamesOf(Environment.Names, Environment.PolicyPrefix), Since, null, TimeSpan.FromSeconds(30)), () => Stream.Null)
            .Run(files, _ => { }, TestContext.Current.CancellationToken);

    private string Later(TimeSpan by)
    {
        var line = JsonNode.Parse(File.ReadLines(LogPath).Last())!;
        line["time"] = DateTimeOffset.Parse(line["time"]!.GetValue<string>(), CultureInfo.InvariantCulture).Add(by).UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        line["request"]!["id"] = Guid.NewGuid().ToString();
        var path = Path.Combine(Access.Folder, "later.log");
        File.WriteAllText(path, line.ToJsonString() + "\n");
        return path;
    }

    public async Task StopAsync()
    {
        await Broker.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var undo in _undo)
        {
            await undo();
        }

        await _log.DisposeAsync();
        Access.Dispose();
    }
}
