using BackupCodeBroker.Audit.Join;
using BackupCodeBroker.Audit.Reading;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Memory;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Audit;

/// <summary>
/// Reads files of any kind and any number in the order of their times and joins what is in them. Nothing of a file is kept but what
/// <see cref="AuditJoin"/> keeps, so memory does not grow with them.
/// </summary>
internal sealed class AuditRun(AuditQuestion question, Func<Stream> standardInput)
{
    /// <summary>Name of standard input among files.</summary>
    public const string StandardInput = "-";

    private const int BufferSize = 256 * 1024;
    private const long HeapFloor = 56L * 1024 * 1024;

    /// <summary>The names of a deployment; its policies are those that bootstrap writes, and its log-in is AppRole where nothing else is said.</summary>
    public static AuditNames NamesOf(VaultSettings vault, string policyPrefix, LoginSettings? login = null) => new()
    {
        KvMount = vault.KvMount,
        AskMount = vault.AskMount,
        TransitMount = vault.TransitMount,
        PepperKey = vault.PepperKey,
        IdentityRole = vault.TokenRole,
        SweeperRole = vault.SweeperRole,
        LoginMount = login?.MountIn(vault) ?? vault.AppRoleMount,
        LoginRole = login?.ByJwt?.Role,
        RecoveryMount = vault.RecoveryMount,
        RecoveryRolePrefix = vault.RecoveryRolePrefix,
        BrokerRole = vault.AppRoleName,
        Namespace = vault.Namespace?.Trim('/') ?? "",
        Policies = ShippedPolicies.In(vault, policyPrefix).Select(p => p.Name).ToHashSet(StringComparer.Ordinal),
    };

    /// <summary>Reads and joins.</summary>
    /// <param name="files">Their names; <c>-</c> is standard input.</param>
    /// <param name="progress">Told how many bytes of the files were read.</param>
    /// <param name="cancellation">Ends the run early, by an exception.</param>
    public AuditReport Run(IReadOnlyList<string> files, Action<long> progress, CancellationToken cancellation)
    {
        var faults = new LineFaults();
        AuditInput[] inputs = [.. files.Select((name, number) =>
            new AuditInput(number, name, () => Open(name), staysOpen: name == StandardInput, faults, progress) { Latest = question.Latest })];
        using var merge = new TimeMerge(inputs);
        var join = new AuditJoin(question, place => $"{files[place.Source]}:{place.Line}");
        var heap = new HeapKeeper(HeapFloor);
        var items = 0L;
        while (merge.Next() is { } item)
        {
            if (item.Entry is { } entry)
            {
                join.Add(entry);
            }
            else
            {
                join.Add(item.Record!);
            }

            if (++items % 1024 == 0)
            {
                heap.Look();
                cancellation.ThrowIfCancellationRequested();
            }
        }

        return join.Finish(inputs, faults);
    }

    private Stream Open(string name) => name == StandardInput
        ? standardInput()
        : new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize, FileOptions.SequentialScan);
}
