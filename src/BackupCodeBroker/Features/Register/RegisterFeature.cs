using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Register;

/// <summary>
/// <c>PUT /v1/identities/{identity}</c>: binds an identity to owner, entity, profile and labels. The one operation that mints for a name without an
/// alias, and only after Vault has granted it. The owner must be an enabled entity or a group that Vault has, the
/// entity an enabled one.
/// </summary>
internal sealed class RegisterFeature(
    Admission admission, IdentityChange change, IdentityDesk desk, PeopleDesk people, BrokerProfiles profiles) : IFeature
{
    private const int MaxId = 64;
    private const int MaxExternalId = 256;
    private const int MaxLabels = 32;
    private const int MaxLabelName = 63;
    private const int MaxLabelText = 128;

    private static readonly FieldError NoOwner = new("owner", "is not the id of an enabled Vault entity or of a Vault group");

    public Operation Operation => Operation.Register;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var said = Read(body);
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await RegisterAsync(scope, granted, said!),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    private RegisterBody? Read(RequestBody body)
    {
        var owner = body.VaultId("owner", required: true);
        var entity = body.VaultId("entity", required: false);
        var profile = body.Text("profile", MaxId, required: true);
        var external = body.Text("external_id", MaxExternalId, required: false);
        var labels = body.Texts("labels", MaxLabels, MaxLabelName, MaxLabelText);
        var recertify = body.Time("recertify_by");
        if (profile is not null && profiles.Named(profile) is null)
        {
            body.Add("profile", "is not configured");
        }

        return owner is null || profile is null ? null : new RegisterBody(owner, entity, external, profile, labels, recertify);
    }

    private async Task<Outcome> RegisterAsync(OperationScope scope, Admitted.Granted granted, RegisterBody said)
    {
        if (granted.Identity.Unusable is { } unusable)
        {
            return await RefuseAsync(scope, granted, unusable);
        }

        var (owner, missing) = await PeopleAsync(scope, said);
        if (owner is null || missing.Count > 0)
        {
            return new Outcome.Malformed(missing);
        }

        return await change.RunAsync(scope, granted.Identity, granted.Caller, withPeople: false, view => Decide(scope, granted, said, owner, view));
    }

    private async Task<Outcome> RefuseAsync(OperationScope scope, Admitted.Granted granted, Reason reason) =>
        await granted.Caller.RefuseAsync(scope, await desk.ReadAsync(scope.Call, granted.Identity, withPeople: true), reason);

    private async Task<(NamedOwner? Owner, IReadOnlyList<FieldError> Missing)> PeopleAsync(OperationScope scope, RegisterBody said)
    {
        var finding = people.FindOwnerAsync(scope.Call, said.Owner);
        var reading = said.Entity is null ? null : people.EntityAsync(scope.Call, said.Entity);
        await Task.WhenAll(finding, reading ?? Task.CompletedTask);
        var owner = await finding;
        List<FieldError> errors = [];
        if (owner is not { Snapshot.Disabled: false })
        {
            errors.Add(NoOwner);
        }

        if (reading is not null && await reading is not { Disabled: false })
        {
            errors.Add(new FieldError("entity", "is not the id of an enabled Vault entity"));
        }

        return (owner, errors);
    }

    private async Task<ChangeStep> Decide(OperationScope scope, Admitted.Granted granted, RegisterBody said, NamedOwner owner, IdentityView view)
    {
        if (view.Unusable == Reason.Removed)
        {
            return new ChangeStep.Answer(new Outcome.Conflict(ConflictKind.DocumentRemoved));
        }

        if (view.Unusable is { } unusable and not Reason.UnknownIdentity)
        {
            return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, unusable));
        }

        var profile = profiles.Named(said.Profile);
        scope.Profile = profile;
        var current = view.Unusable == Reason.UnknownIdentity ? null : view.Document;
        var registration = new Registration(
            scope.Id,
            scope.Caller!,
            scope.Identity!.Value,
            said.ExternalId,
            said.Owner,
            said.Entity,
            granted.Identity.Child.EntityId,
            said.Profile,
            said.Labels,
            said.RecertifyBy,
            owner.IsGroup);
        return RegisterDecision.Decide(current, registration, profile, scope.Now) switch
        {
            RegisterDecision.Create create => new ChangeStep.Write(create.Next, new Outcome.Done(201, Answer(create.Next, view, scope))),
            RegisterDecision.Update update => new ChangeStep.Write(update.Next, new Outcome.Done(200, Answer(update.Next, view, scope))),
            RegisterDecision.Unchanged same => new ChangeStep.Answer(new Outcome.Done(200, Answer(same.Document, view, scope), "unchanged")),
            RegisterDecision.Retired => new ChangeStep.Answer(new Outcome.Conflict(ConflictKind.Retired)),
            RegisterDecision.OtherOwner => new ChangeStep.Answer(new Outcome.Conflict(ConflictKind.OtherOwner)),
            RegisterDecision.Refused { Reason: Reason.ProfileNotAllowed } =>
                new ChangeStep.Answer(new Outcome.Malformed("profile", "may not be used by this identity")),
            RegisterDecision.Refused refused => new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, refused.Reason)),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }

    private static RegisterAnswer Answer(IdentityDocument document, IdentityView view, OperationScope scope) => new()
    {
        Identity = document.Identity,
        State = IdentityState.Of(document, view.At(scope.Now)),
        Owner = document.Owner,
        OwnerKind = document.OwnerKind,
        Entity = document.Entity,
        ExternalId = document.ExternalId,
        Profile = document.Profile,
        Labels = document.Labels,
        RecertifyBy = document.RecertifyBy,
        RegisteredAt = document.RegisteredAt,
    };

    private sealed record RegisterBody(
        string Owner,
        string? Entity,
        string? ExternalId,
        string Profile,
        IReadOnlyDictionary<string, string> Labels,
        DateTimeOffset? RecertifyBy);
}

/// <summary>What is registered now.</summary>
internal sealed record RegisterAnswer : ApiAnswer
{
    /// <summary>Name.</summary>
    public required string Identity { get; init; }

    /// <summary>Where it stands.</summary>
    public required string State { get; init; }

    /// <summary>Entity or group that is responsible.</summary>
    public required string Owner { get; init; }

    /// <summary><c>group</c> where that is a group.</summary>
    public string? OwnerKind { get; init; }

    /// <summary>Its own entity.</summary>
    public string? Entity { get; init; }

    /// <summary>What it is called elsewhere.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Until when it must be confirmed.</summary>
    public DateTimeOffset? RecertifyBy { get; init; }

    /// <summary>When it was registered first.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }
}
