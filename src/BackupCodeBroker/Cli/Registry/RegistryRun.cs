using System.Globalization;
using System.Text.Json;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Registry;

/// <summary>Finds out what differs from a file, and does it: another owner by a transfer, the rest by a registration. Each step can be repeated.</summary>
internal sealed class RegistryRun(CliContext context, string? reason, CancellationToken cancellation)
{
    private const string Rfc3339 = "yyyy-MM-dd'T'HH:mm:ss.FFF'Z'";

    /// <summary>Compares one identity.</summary>
    public async Task<RegistryChange> CompareAsync(RegistryEntry entry)
    {
        var answer = await SettledAsync(() => context.Broker.StatusAsync(Name(entry), cancellation));
        return answer switch
        {
            BrokerAnswer<Standing>.Done { Value.RetiredAt: not null } =>
                Unknown(entry, context.Problem("retired", "the identity was retired: its name is not to be had again")),
            BrokerAnswer<Standing>.Done done => Checked(RegistryChange.Of(entry, done.Value)),
            BrokerAnswer<Standing>.Refused { Problem.Reason: "unknown-identity" } => RegistryChange.Of(entry, null),
            BrokerAnswer<Standing>.Refused refused => Unknown(entry, refused.Problem),
            BrokerAnswer<Standing>.Unavailable open => Unknown(entry, open.Problem) with { IsOpen = true },
            _ => throw new InvalidOperationException("an answer of unknown kind"),
        };
    }

    /// <summary>Carries one change out.</summary>
    public async Task<RegistryChange> ApplyAsync(RegistryChange change)
    {
        var entry = change.Entry;
        if (change.Step == RegistryStep.Transfer)
        {
            var moved = await SettledAsync(() => context.Broker.TransferAsync(Name(entry), entry.Owner, ReasonOf(entry)!, confirm: false, cancellation, change.OwnerNow));
            // One whose answer was lost had been carried out.
            if (Failed(change, moved is BrokerAnswer<Nothing>.Refused { Problem.Code: "same-owner" } ? null : moved) is { } failed)
            {
                return failed;
            }

            change = change with { Transferred = true };
            if (change.Fields.Count == 1)
            {
                return change with { Applied = true };
            }
        }

        var registered = await SettledAsync(() => context.Broker.RegisterAsync(Name(entry), writer => Write(writer, entry), cancellation));
        return Failed(change, registered) ?? change with { Applied = true };
    }

    private static RegistryChange? Failed<T>(RegistryChange change, BrokerAnswer<T>? answer) => answer switch
    {
        BrokerAnswer<T>.Refused refused => change with { Problem = refused.Problem },
        BrokerAnswer<T>.Unavailable open => change with { Problem = open.Problem, IsOpen = true },
        _ => null,
    };

    private static RegistryChange Unknown(RegistryEntry entry, Problem problem) => new(entry, RegistryStep.Unknown, []) { Problem = problem };

    private static IdentityName Name(RegistryEntry entry) => IdentityName.TryParse(entry.Identity, out var name) ? name : throw new InvalidOperationException("the file was read");

    private string? ReasonOf(RegistryEntry entry) => entry.Reason ?? reason;

    private RegistryChange Checked(RegistryChange change) => change.Step == RegistryStep.Transfer && ReasonOf(change.Entry) is null
        ? change with { Problem = context.Problem("no-reason", "it changes hands, and nobody says why: a member reason of the identity or of the file, or --reason") }
        : change;

    private Task<BrokerAnswer<T>> SettledAsync<T>(Func<Task<BrokerAnswer<T>>> call) => Repeating.UntilSettledAsync(call, context.Surroundings, cancellation);

    private static void Write(Utf8JsonWriter writer, RegistryEntry entry)
    {
        writer.WriteString("owner", entry.Owner);
        writer.WriteString("profile", entry.Profile);
        foreach (var (name, value) in new[] { ("entity", entry.Entity), ("external_id", entry.ExternalId), ("recertify_by", entry.RecertifyBy?.UtcDateTime.ToString(Rfc3339, CultureInfo.InvariantCulture)) })
        {
            if (value is not null)
            {
                writer.WriteString(name, value);
            }
        }

        if (entry.Labels.Count > 0)
        {
            writer.WriteStartObject("labels");
            foreach (var (name, value) in entry.Labels)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }
    }
}
