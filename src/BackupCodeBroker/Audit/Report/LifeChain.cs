using System.Globalization;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Report;

/// <summary>A run of like steps of a set's life: consumptions by one verifier are one link, however many they are.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
/// <param name="Count">How many.</param>
internal sealed record LifeChain(LifeEvent First, LifeEvent Last, int Count)
{
    /// <summary>The step in words, with how often.</summary>
    public string Text => Words.Step(First.Step) + (Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" {Count} times") : "");

    /// <summary>Events in order as links.</summary>
    public static IReadOnlyList<LifeChain> Of(IReadOnlyList<LifeEvent> events)
    {
        List<LifeChain> links = [];
        foreach (var next in events)
        {
            if (links.Count > 0 && links[^1] is var link && Alike(link.First, next))
            {
                links[^1] = link with { Last = next, Count = link.Count + 1 };
            }
            else
            {
                links.Add(new LifeChain(next, next, 1));
            }
        }

        return links;
    }

    private static bool Alike(LifeEvent one, LifeEvent other) =>
        one.Step == other.Step && one.Detail == other.Detail && Words.Name(one.By) == Words.Name(other.By) && one.By?.Address == other.By?.Address;
}
