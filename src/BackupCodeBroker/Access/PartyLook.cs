using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>One operation's look at the people of its approval (<see cref="ApprovalParties"/>), side by side; where there are none nothing is read.</summary>
internal sealed class PartyLook(PeopleDesk people, VaultCall call)
{
    /// <summary>Those whom Vault does not have any more, has merged into another, or has disabled.</summary>
    public IReadOnlyCollection<string> Gone { get; private set; } = [];

    /// <summary>Reads them.</summary>
    public async Task LookAsync(IReadOnlyList<string> entities)
    {
        var found = await Task.WhenAll(entities.Select(id => people.EntityAsync(call, id)));
        Gone = [.. entities.Where((id, i) => found[i] is not { Disabled: false } there || there.Id != id)];
    }
}
