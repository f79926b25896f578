using BackupCodeBroker.Core.Documents;
using CsCheck;

namespace BackupCodeBroker.Tests.Core.Documents;

/// <summary>Whole documents, of every shape that there is.</summary>
internal static class DocumentGenerators
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.OneOf("", "x", "team-a", "\"quoted\" \\ and / back", "Grüße, 世界", "\U0001F512 locked", "<script>&'", "tab\tline\n", "\u2028"), Gen.String.Select(Whole));

    private static readonly Gen<DateTimeOffset> Time = Gen.Long[0, 40_000L * 24 * 3600 * 10_000_000].Select(t => new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(t));

    private static readonly Gen<string> Bytes = Gen.Byte.Array[32].Select(Convert.ToBase64String);

    private static readonly Gen<Actor> Actor = Gen.Select(Text, Text, Text, (entity, accessor, name) => new Actor(entity, accessor, name));

    private static readonly Gen<IReadOnlyDictionary<string, string>> Labels =
        Gen.Dictionary(Text, Text)[0, 4].Select(labels => (IReadOnlyDictionary<string, string>)labels);

    private static readonly Gen<BoundEntity> Bound = Gen.Select(Text, Gen.OneOf("groups", "policies", "metadata.team").Array[0, 3], Bytes, (id, facets, digest) =>
        new BoundEntity(id, new EntityFingerprint(facets, digest)));

    private static readonly Gen<Consumption> Consumption = Gen.Select(
        Text, Time, Actor, Bytes, Gen.Int[0, 64], Gen.OneOf("last-code", "expires-soon").Array[0, 2],
        (text, at, by, hash, remaining, warnings) =>
        new Consumption { OperationId = text, At = at, By = by, Purpose = text, KeyHash = hash, RequestHash = hash, Remaining = remaining, Warnings = warnings });

    private static readonly Gen<StoredCode> Code = Gen.Select(
        Gen.Select(Text, Bytes, Bytes), Gen.Int[0, 1_000_000], Gen.Int[0, 3], Gen.Int[0, 10], Optional(Time), OptionalOf(Consumption),
        (texts, cost, pepper, failures, voided, consumption) => new StoredCode
        {
            Selector = texts.Item1,
            Salt = texts.Item2,
            Hash = texts.Item3,
            Scheme = "hmac-sha256",
            Cost = cost,
            Pepper = pepper == 0 ? null : pepper,
            Failures = failures,
            VoidedAt = voided,
            Consumption = consumption,
        });

    private static readonly Gen<CodeSet> Set = Gen.Select(
        Gen.Select(Gen.Int[1, 9_999], Gen.Int[1, 9], Gen.Long[0, long.MaxValue], Gen.Int[0, 100]),
        Gen.Select(Text, Bytes), Gen.Select(Time, Time, Optional(Time), Optional(Time)), Gen.Select(Actor, OptionalOf(Actor)), Gen.Select(Bound, Bound), Code.Array[0, 5],
        (numbers, texts, times, actors, bound, codes) => new CodeSet
        {
            Generation = numbers.Item1,
            Epoch = numbers.Item2,
            StateVersion = numbers.Item3,
            Failures = numbers.Item4,
            Kind = "machine",
            Assurance = texts.Item1,
            ActivationHash = texts.Item2,
            SetKey = texts.Item2,
            IssuedAt = times.Item1,
            ExpiresAt = times.Item2,
            ActivatedAt = times.Item3,
            DisabledAt = times.Item4,
            IssuedBy = actors.Item1,
            ActivatedBy = actors.Item2,
            Owner = bound.Item1,
            Entity = bound.Item2,
            Codes = codes,
        });

    private static readonly Gen<PendingSet> Pending = Gen.Select(Set, Text, Time, Gen.Int[0, 9], (set, text, deadline, failures) =>
        new PendingSet(set, new Delivery(text, "2027-01-31T12:00:00.123456789Z", deadline), failures));

    private static readonly Gen<EndedSet> Ended = Gen.Select(Set, Time, Text, (set, at, reason) => new EndedSet { Generation = set.Generation, EndedAt = at, Reason = reason, Set = set, Unspent = ["ABCDE"] });

    private static readonly Gen<DocumentEvent> Event = Gen.Select(Time, Text, Actor, Gen.Int[0, 9], OptionalOf(Text), (at, text, by, generation, reason) =>
        new DocumentEvent(at, "consume", text, by, generation == 0 ? null : generation, reason));

    private static readonly Gen<Approval> Request = Gen.Select(
        Gen.Select(Text, Text, Text), Gen.Select(Time, Time), Gen.Select(Actor, Actor), Gen.Int[0, 9], Gen.Int[0, 3],
        (texts, times, actors, generation, decided) => new Approval
        {
            Id = texts.Item1,
            Operation = "consume",
            RequestedBy = actors.Item1,
            RequestedAt = times.Item1,
            ExpiresAt = times.Item2,
            Reason = texts.Item2,
            Ticket = texts.Item3,
            Verification = texts.Item2,
            StateVersion = generation,
            Owner = texts.Item1,
            Generation = generation == 0 ? null : generation,
            Consent = decided == 0 ? null : new Consent(decided > 1, actors.Item2, times.Item2, decided == 2 ? texts.Item3 : null),
            Use = decided == 3 ? new ApprovalUse(texts.Item1, actors.Item2, times.Item2) : null,
        });

    private static readonly Gen<OpenReview> Review = Gen.Select(Text, Time, Actor, Gen.Bool, (text, at, by, approved) =>
        new OpenReview(text, "consume", "break-glass", at, by, approved ? new ApprovedStory(text, text, text, by, by) : null));

    /// <summary>Documents of <c>team-a.build</c>.</summary>
    public static Gen<IdentityDocument> Document { get; } = Gen.Select(
        Gen.Select(Text, OptionalOf(Text), OptionalOf(Text)), Gen.Select(Time, Optional(Time)), Actor, Labels,
        Gen.Select(OptionalOf(Set), OptionalOf(Pending), OptionalOf(Ended)), Gen.Select(Event.Array[0, 20], Request.Array[0, 8], Review.Array[0, 16]),
        (texts, times, by, labels, sets, lists) => new IdentityDocument
        {
            Schema = IdentityDocument.CurrentSchema,
            Identity = "team-a.build",
            Owner = texts.Item1,
            ExternalId = texts.Item2,
            Entity = texts.Item3,
            AliasEntity = texts.Item1,
            Profile = texts.Item1,
            Labels = labels,
            RegisteredAt = times.Item1,
            RecertifyBy = times.Item2,
            RegisteredBy = by,
            LastGeneration = 4,
            Active = sets.Item1,
            Pending = sets.Item2,
            Ended = sets.Item3,
            Events = lists.Item1,
            Approvals = lists.Item2,
            Reviews = lists.Item3,
        });

    private static Gen<T?> OptionalOf<T>(Gen<T> gen)
        where T : class => Gen.Select(Gen.Bool, gen, (there, value) => there ? value : null);

    private static Gen<DateTimeOffset?> Optional(Gen<DateTimeOffset> gen) => Gen.Select(Gen.Bool, gen, (there, value) => there ? value : (DateTimeOffset?)null);

    // Text from outside is whole before it reaches a document: no lone surrogates.
    private static string Whole(string text) => string.Concat(text.EnumerateRunes().Where(r => r != System.Text.Rune.ReplacementChar));
}
