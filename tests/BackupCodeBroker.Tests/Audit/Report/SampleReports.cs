using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Tests.Audit.Report;

/// <summary>Reports made by hand, as the engine would make them: a week with offences, a calm one, nothing at all, and very many sets.</summary>
internal static class SampleReports
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 16, 0, 0, 0, TimeSpan.Zero);

    private static readonly Party Alice = new()
    {
        Entity = "6d1f0c1e-2a35-4b7e-9a50-000000000a11",
        Name = "userpass-alice",
        Accessor = "hmac-sha256:49ce7220a5de33fe",
        Policies = ["default", "owner"],
        Address = "10.20.0.14",
    };

    private static readonly Party Verifier = new()
    {
        Entity = "6d1f0c1e-2a35-4b7e-9a50-00000000be1f",
        Name = "approle-verifier",
        Policies = ["default", "verifier"],
        Address = "10.20.0.31",
    };

    private static readonly Party Mallory = new()
    {
        Entity = "6d1f0c1e-2a35-4b7e-9a50-0000000ba11e",
        Name = "userpass-mallory",
        Policies = ["default"],
        Address = "10.66.6.6",
    };

    private static readonly Party Root = new() { Name = "root", Accessor = "hmac-sha256:9c395d9f02cf53b3", Policies = ["root"], Address = "10.66.6.6" };

    /// <summary>A week in which much was done and some of it should not have been.</summary>
    public static AuditReport Week() => new()
    {
        Since = Monday,
        Until = Monday.AddDays(7),
        Sources =
        [
            new("vault-1/audit.log.2.gz", "vault-audit", 1_204_331, 0, Monday.AddDays(-1), Monday.AddDays(4)),
            new("vault-1/audit.log", "vault-audit", 803_112, 2, Monday.AddDays(4), Monday.AddDays(7).AddMinutes(-3)),
            new("broker-a/access.jsonl", "access-records", 90_412, 0, Monday, Monday.AddDays(7).AddMinutes(-4)),
        ],
        Totals = new AuditTotals
        {
            Requests = 1_003_721,
            BrokerRequests = 412_904,
            Explained = 412_896,
            ToKnow = 3,
            Operations = 90_412,
            OperationsFound = 90_409,
            OperationsOutside = 2,
            PersonUsedMachineCode = 3,
            ByOutcome = new Dictionary<string, long> { ["consume done"] = 61_020, ["consume refused"] = 1_202, ["issue done"] = 402, ["status done"] = 27_788 },
        },
        Findings = Findings(),
        Notices =
        [
            new(Monday.AddHours(31), "The readiness probe of replica broker-b read the state document and no record of broker-b was given.", null, "vault-1/audit.log.2.gz:88121"),
            new(Monday.AddDays(3), "A person spent a code of a machine identity (OWASP NHI10).", "team-a.deployer"),
        ],
        Sets = Sets(),
        Rotations =
        [
            new("team-a.deployer", 2, 2, 7, Monday.AddDays(4), TimeSpan.FromDays(3.2)),
            new("team-a.signer", 1, 0, 0, null, null),
            new("team-b.backup", 1, 1, 64, Monday.AddDays(1), null),
        ],
        Changes =
        [
            new("team-b.backup", "owner's entity was disabled", Monday.AddDays(5), Root, Monday.AddDays(5).AddSeconds(41)),
            new("team-a.signer", "owner changed", Monday.AddDays(6), Alice, null),
        ],
        Unreadable =
        [
            new("vault-1/audit.log", 419_002, 1_288_310_442, "ends in the middle of a string"), new("vault-1/audit.log", 803_112, 2_470_559_871, "is no JSON object"),
        ],
    };

    /// <summary>A week without offences.</summary>
    public static AuditReport Calm() => Week() with
    {
        Findings = [],
        Unreadable = [],
        Sources = [.. Week().Sources.Select(s => s with { Unreadable = 0 })],
    };

    /// <summary>Nothing was read.</summary>
    public static AuditReport Empty() => new()
    {
        Sources = [],
        Totals = new AuditTotals(),
        Findings = [],
        Notices = [],
        Sets = [],
        Rotations = [],
        Changes = [],
        Unreadable = [],
    };

    /// <summary>So many sets, each with a full life, and findings on some that come late in the alphabet.</summary>
    public static AuditReport Many(int sets) => Week() with
    {
        Sets = [.. Enumerable.Range(0, sets).Select(i => Life($"team-{i % 97:D2}.service-{i:D5}", 1, Monday.AddMinutes(i * 10_000.0 / sets), 12))],
        Rotations = [.. Enumerable.Range(0, sets).Select(i => new Rotation($"team-{i % 97:D2}.service-{i:D5}", 1, 1, 12, Monday, null))],
        Findings = [.. Enumerable.Range(0, 2_000).Select(i => Findings()[i % 8] with { Identity = $"team-96.service-{(i * 97) + 96:D5}", At = Monday.AddMinutes(i * 5) })],
        FindingsNotListed = 311,
    };

    /// <summary>A finding of each kind.</summary>
    public static AuditReport OfEachKind() => Week() with
    {
        Findings = [.. Enum.GetValues<FindingKind>().Select((kind, i) => new Finding { Kind = kind, At = Monday.AddHours(i), What = $"What {kind} is." })],
    };

    private static Finding[] Findings() =>
    [
        new()
        {
            Kind = FindingKind.PolicyChange, At = Monday.AddHours(27.3), Who = Root, Requests = 1, Place = "vault-1/audit.log.2.gz:311902",
            What = "The policy bcb-broker was written. It is the broker's own, and no bootstrap is on record at that time.",
            Paths = ["update sys/policies/acl/bcb-broker"], RequestIds = ["0d1f4a9e-2b70-4a83-9e04-9d8f4a5a7701"],
        },
        new()
        {
            Kind = FindingKind.ForeignAccess, At = Monday.AddHours(27.4), Identity = "team-a.deployer", Generation = 1, Who = Root, Requests = 3, Place = "vault-1/audit.log.2.gz:312044",
            What = "The document of team-a.deployer was read with a root token that is not the broker's. The request carries the trace of an operation, which any caller can choose and explains nothing.",
            Paths = ["read backup-codes/data/identities/bcb.team-a.deployer", "list backup-codes/metadata/identities"],
            RequestIds = ["5be0f8d1-71ef-4b0e-a6f6-0b27f1a7cc10", "a6b9f6e2-9a55-4c61-8a6e-1e0d1f64ab22", "c1a8c2a4-6f09-49bb-bd0a-7a93d1d0aa31"],
            TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
        },
        new()
        {
            Kind = FindingKind.UnwrappedByAnother, At = Monday.AddHours(50.2), Identity = "team-a.signer", Generation = 4, Who = Mallory, Requests = 1, Place = "vault-1/audit.log.2.gz:700301",
            What = "The wrap with set 4 of team-a.signer was opened by userpass-mallory. It was issued to userpass-alice.",
            Paths = ["update sys/wrapping/unwrap"], RequestIds = ["77bb1d20-0c1e-4b4e-8f4e-3a5c1f8e0c55"], OperationId = "8d0f4c0a6d1e4a7f9b1c2d3e4f5a6b7c", TraceId = "0af7651916cd43dd8448eb211c80319c",
        },
        new()
        {
            Kind = FindingKind.OperationWithoutEntries, At = Monday.AddHours(71), Identity = "team-b.backup", Generation = 1, Who = Verifier, Requests = 0, Place = "broker-a/access.jsonl:41877",
            What = "consume of team-b.backup made 3 calls that Vault answered; its log has none of them, though it covers that time.",
            OperationId = "3f2a1b0c9d8e4f70a1b2c3d4e5f60718", TraceId = "b7ad6b7169203331af7651916cd43dd8",
        },
        new()
        {
            Kind = FindingKind.AuditChange, At = Monday.AddHours(71.6), Who = Root, Requests = 2, Place = "vault-1/audit.log.2.gz:990220",
            What = "The audit device file/ was disabled, and enabled again 4 minutes later. What was done between stands nowhere.",
            Paths = ["delete sys/audit/file", "update sys/audit/file"], RequestIds = ["e0a9f5a2-49f5-4bb7-9c3c-2f6c8b1d9e01", "1f0c6d7b-85f1-4df0-8a0b-6f3e2d1c0b9a"],
        },
        new()
        {
            Kind = FindingKind.AccessBeyondOperation, At = Monday.AddHours(100.5), Identity = "team-b.backup", Generation = 1, Requests = 1, Place = "vault-1/audit.log:10233",
            Who = new Party { Name = "approle-bcb-broker", Policies = ["bcb-identity"], Address = "10.20.0.2" },
            What = "In the name of a status operation, which only reads, the document of team-b.backup was written.",
            Paths = ["update backup-codes/data/identities/bcb.team-b.backup"], RequestIds = ["9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d"],
            OperationId = "aa11bb22cc33dd44ee55ff6600778899", TraceId = "00112233445566778899aabbccddeeff",
        },
        new()
        {
            Kind = FindingKind.SecondUnwrap, At = Monday.AddHours(120), Identity = "team-a.signer", Generation = 4, Who = Alice, Requests = 1, Place = "vault-1/audit.log:200011",
            What = "userpass-alice tried to open the wrap with set 4 of team-a.signer, which had been opened before.",
            Paths = ["update sys/wrapping/unwrap"], RequestIds = ["44aa55bb-66cc-4d77-8e88-99ff00aa11bb"],
        },
        new()
        {
            Kind = FindingKind.RootToken, At = Monday.AddHours(120.2), Who = Root, Requests = 1, Place = "vault-1/audit.log:200340",
            What = "A token with the policy root was made.", Paths = ["update auth/token/create"], RequestIds = ["deadbeef-0000-4000-8000-00000000cafe"],
        },
    ];

    private static SetLife[] Sets() =>
    [
        Life("team-a.deployer", 1, Monday.AddHours(3), 4) with { EventsNotListed = 2 },
        Life("team-a.deployer", 2, Monday.AddHours(96), 3),
        new("team-a.signer", 4,
        [
            new LifeEvent { At = Monday.AddHours(50), Step = LifeStep.Issued, By = Alice, OperationId = "8d0f4c0a6d1e4a7f9b1c2d3e4f5a6b7c", TraceId = "0af7651916cd43dd8448eb211c80319c" },
            new LifeEvent { At = Monday.AddHours(50.2), Step = LifeStep.Unwrapped, By = Mallory, RequestId = "77bb1d20-0c1e-4b4e-8f4e-3a5c1f8e0c55" },
            new LifeEvent { At = Monday.AddHours(50.3), Step = LifeStep.ActivationRefused, By = Mallory, Detail = "wrong-activation", OperationId = "bb0f4c0a6d1e4a7f9b1c2d3e4f5a6b7c" },
            new LifeEvent { At = Monday.AddHours(120), Step = LifeStep.UnwrapFailed, By = Alice, RequestId = "44aa55bb-66cc-4d77-8e88-99ff00aa11bb" },
            new LifeEvent { At = Monday.AddHours(120.1), Step = LifeStep.Intercepted, By = Alice, Detail = "wrap-gone", OperationId = "cc0f4c0a6d1e4a7f9b1c2d3e4f5a6b7c" },
            new LifeEvent { At = Monday.AddHours(120.1), Step = LifeStep.Revoked, By = Alice, OperationId = "dd0f4c0a6d1e4a7f9b1c2d3e4f5a6b7c" },
        ]),
        Life("team-b.backup", 1, Monday.AddHours(28), 40),
    ];

    private static SetLife Life(string identity, int generation, DateTimeOffset from, int consumed)
    {
        var operation = $"{generation:x8}{consumed:x8}{from.Ticks:x16}";
        LifeEvent Step(LifeStep step, double hours, Party by, string? detail = null) => new()
        {
            At = from.AddHours(hours),
            Step = step,
            By = by,
            Detail = detail,
            OperationId = operation,
            TraceId = operation,
        };
        return new SetLife(identity, generation,
        [
            Step(LifeStep.Issued, 0, Alice),
            new LifeEvent { At = from.AddSeconds(3), Step = LifeStep.Unwrapped, By = Alice, RequestId = "12345678-90ab-4cde-8f01-234567890abc" },
            Step(LifeStep.Activated, 0.002, Alice),
            .. Enumerable.Range(0, consumed).Select(i => Step(LifeStep.Consumed, 2 + (i * 1.3), Verifier)),
            Step(LifeStep.ConsumeRefused, 3 + (consumed * 1.3), Verifier, "spent"),
            Step(LifeStep.Replaced, 24 + (consumed * 1.3), Alice),
        ]);
    }
}
