using System.CommandLine;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;
using BackupCodeBroker.WhoCan;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb who-can</c>: who may do it, by which policy, through which log-in; and with <c>--without</c> what is left of recovery while a log-in is down. It
/// reads Vault with the user's own token and evaluates policies itself; whose an identity is, which grants to owners hang on, it asks the broker. What it
/// could not see it lists, and then says that the answer is incomplete.
/// </summary>
internal static class WhoCanVerb
{
    /// <summary>Longer than any call of the broker's: an auditor's Vault may be far away and busy.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly Operation[] Usual = [Operation.Issue, Operation.Retrieve, Operation.Consume, Operation.Approve];

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = new Argument<string?>("IDENTITY")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The identity; nothing with --without for all of them, and nothing for operations over all identities.",
        };
        var operations = new Option<string[]>("--operation")
        {
            HelpName = "OPERATION",
            Description = "What they may do, once or more often: " + string.Join(", ", Operation.All.Select(o => o.Name)) + " (else issue, retrieve, consume, approve).",
        };
        var without = new Option<string[]>("--without")
        {
            HelpName = "AUTH-PATH",
            Description = "Say which identities could still be recovered while this log-in is down, such as auth/oidc; once or more often. Exit code 1 where one could not.",
        };
        var mount = new Option<string>("--mount")
        {
            HelpName = "PATH",
            Description = "The broker's authorisation mount.",
            DefaultValueFactory = _ => new VaultSettings().AskMount,
        };
        var command = frame.Command(
            "who-can",
            "Say who may issue, retrieve, consume, approve for an identity, by which policy and through which log-in; and what is left of recovery while a log-in is down.",
            "who-can team-a.deployer --without auth/oidc");
        command.Add(identity);
        command.Add(operations);
        command.Add(without);
        command.Add(mount);
        frame.Run(
            command,
            Reach.Broker | Reach.Vault,
            (context, parsed, cancellation) => Asked.TryRead(
                parsed.GetValue(identity), parsed.GetValue(operations) ?? [], parsed.GetValue(without) ?? [], parsed.GetRequiredValue(mount), out var asked, out var error)
                ? AnswerAsync(context, asked!, cancellation)
                : Task.FromResult(Outcome.Usage(error)),
            mount);
        return command;
    }

    private static async Task<Outcome> AnswerAsync(CliContext context, Asked asked, CancellationToken cancellation)
    {
        if (await TokenFailsAsync(context, cancellation) is { } failure)
        {
            return failure;
        }

        var settings = context.Settings.Vault with { CallTimeout = Patience };
        using var wire = new AdminWire(settings, context.Token.ForVault, context.Call(cancellation), context.Surroundings.Time, context.Surroundings.VaultHandler);
        var read = await AccessReading.Over(wire, settings, cancellation).ReadAsync();
        if (NotMounted(asked.Without, read.Map.LogIns) is { } typo)
        {
            return Outcome.Usage(typo);
        }

        read = read with { Gaps = [.. read.Gaps, .. Unchecked(asked.Without, read.Map.LogIns)] };
        var evaluator = new AccessEvaluator(read.Map, asked.Mount);
        return asked.Identity is null && asked.Without.Count > 0
            ? await WhoCanFleet.AnswerAsync(context, asked.Without, evaluator, read, cancellation)
            : await OneAsync(context, asked, evaluator, read, cancellation);
    }

    // A token that Vault does not take sees nothing: that is no answer, not an empty one.
    private static async Task<Outcome?> TokenFailsAsync(CliContext context, CancellationToken cancellation) =>
        await context.Vault.LookupSelfAsync(context.Token.ForVault, context.Call(cancellation)) switch
        {
            VaultAnswer<TokenFacts>.Denied { Why: not VaultDenial.NoCapability } denied =>
                Outcome.Failed(ExitCode.Refused, VaultWords.Denied(context, denied.Why, denied.Path, "read")),
            VaultAnswer<TokenFacts>.Faulted faulted => Outcome.Failed(ExitCode.Unavailable, context.Problem("vault", faulted.Fault.Describe())),
            _ => null,
        };

    // Without a log-in that nobody has nothing is lost: a typo would pass for good news.
    private static string? NotMounted(IReadOnlySet<string> without, IReadOnlyList<LogIn>? mounts)
    {
        var unknown = mounts is null ? [] : without.Except(mounts.Select(mount => mount.Path)).Order(StringComparer.Ordinal).ToList();
        return unknown.Count == 0 ? null
            : $"this Vault has no auth mount {string.Join(", ", unknown)}; it has {string.Join(", ", mounts!.Select(mount => mount.Path).Order(StringComparer.Ordinal))}";
    }

    private static IEnumerable<AccessGap> Unchecked(IReadOnlySet<string> without, IReadOnlyList<LogIn>? mounts) => mounts is not null ? []
        : without.Order(StringComparer.Ordinal).Select(path => new AccessGap(path, "whether this is an auth mount could not be checked, as the mounts could not be read"));

    private static async Task<Outcome> OneAsync(CliContext context, Asked asked, AccessEvaluator evaluator, AccessRead read, CancellationToken cancellation)
    {
        var gaps = read.Gaps.ToList();
        var standing = asked.Identity is null ? null : await StandingAsync(context, asked.Identity, gaps, cancellation);
        var access = asked.Identity is null ? null : new IdentityAccess(asked.Identity.Value, standing?.Owner, standing?.Entity);
        var standingWithout = access is null ? null : new RecoveryOutlook(evaluator, asked.Without).Of(access);
        var told = new WhoCanTold
        {
            Identity = access,
            OwnerIsGroup = standing?.OwnerKind is not null,
            Answers = [.. asked.Operations.Select(operation => evaluator.Ask(new AccessQuestion(operation, asked.TargetOf(operation)) { Owner = standing?.Owner }))],
            TooBroad = evaluator.TooBroad,
            Unsure = evaluator.Unsure,
            Without = [.. asked.Without],
            Standing = asked.Without.Count == 0 ? null : standingWithout,
            Circles = standingWithout is null ? [] : Circle.Of(evaluator, standingWithout, standing?.Labels?.GetValueOrDefault(Circle.Label)),
            Gaps = gaps,
            Mount = asked.Mount,
            TraceId = context.TraceId,
        };
        return new Outcome(told.Exit, WhoCanDocument.Of(told), screen => WhoCanPage.Show(screen, told)) { IsAnswer = true };
    }

    private static async Task<Standing?> StandingAsync(CliContext context, IdentityName identity, List<AccessGap> gaps, CancellationToken cancellation)
    {
        var answer = await Repeating.UntilSettledAsync(() => context.Broker.StatusAsync(identity, cancellation), context.Surroundings, cancellation);
        if (answer is BrokerAnswer<Standing>.Done { Value: var standing })
        {
            return standing;
        }

        var problem = answer is BrokerAnswer<Standing>.Refused refused ? refused.Problem : ((BrokerAnswer<Standing>.Unavailable)answer).Problem;
        gaps.Add(new AccessGap("the owner of " + identity.Value, $"the broker does not say whose it is ({problem.Detail}), so grants on @owned were not resolved") { Stanza = problem.Stanza });
        return null;
    }

    private sealed record Asked(IdentityName? Identity, IReadOnlyList<Operation> Operations, IReadOnlySet<string> Without, string Mount)
    {
        private const int MostWithout = 64;

        public static bool TryRead(string? identity, string[] operations, string[] without, string mount, out Asked? asked, out string error)
        {
            var named = operations.Distinct(StringComparer.Ordinal).Select(name => (Name: name, Operation: Operation.Named(name))).ToList();
            var name = identity is not null && IdentityName.TryParse(identity, out var parsed) ? parsed : null;
            IReadOnlyList<Operation> wanted = named.Count == 0 ? Usual : [.. named.Select(one => one.Operation).OfType<Operation>()];
            error = identity is not null && name is null ? "an identity is " + IdentityName.Grammar
                : named.Exists(one => one.Operation is null) ? "there is no such operation; there are " + string.Join(", ", Operation.All.Select(o => o.Name))
                : name is null && without.Length == 0 && wanted.Any(operation => operation.Target == OperationTarget.Identity)
                    ? "name an identity, or a log-in by --without"
                : without.Length > MostWithout || without.Any(path => !VaultAdmin.IsPath(Circle.PathOf(path))) ? "--without is the path of an auth mount, such as auth/oidc"
                : "";
            asked = error.Length > 0 ? null : new Asked(name, wanted, without.Select(Circle.PathOf).ToHashSet(StringComparer.Ordinal), mount);
            return asked is not null;
        }

        // A lockdown is over names that begin alike: the identity's own name, or any.
        public string? TargetOf(Operation operation) => operation.Target switch
        {
            OperationTarget.Identity => Identity!.Value,
            OperationTarget.Prefix => Identity?.Value ?? "",
            _ => null,
        };
    }
}
