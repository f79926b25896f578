using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Features.Lockdowns;

/// <summary>
/// Tells the sinks of a lockdown's turns: declared, completed, lifted. A notice stays in the story until every sink has taken it, so it is told at least
/// once, whichever worker leads, and always under the same id; what nobody takes for too long is given up and counted.
/// </summary>
internal sealed class LockdownNotices(INoticeOffer sinks, NoticeSettings settings, TimeProvider time)
{
    /// <summary>
    /// Offers what a story keeps, oldest first, until a sink fails: it would take the others no more than this one. What a sink minds holds up nothing behind it.
    /// </summary>
    public async Task<LockdownMail> OfferAsync(LockdownStory story, CancellationToken cancellation)
    {
        List<string> taken = [];
        var sinksFail = false;
        foreach (var entry in story.Outbox)
        {
            var offered = await sinks.OfferAsync(Notice.OfLockdown(story.Lockdown.Id, entry), cancellation);
            if (offered == NoticeOffered.Failed)
            {
                sinksFail = true;
                break;
            }

            if (offered == NoticeOffered.Taken)
            {
                taken.Add(entry.Id);
            }
        }

        var oldest = time.GetUtcNow() - settings.GiveUpAfter;
        return new LockdownMail(taken, [.. story.Outbox.Where(e => e.At <= oldest && !taken.Contains(e.Id)).Select(e => e.Id)], sinksFail);
    }
}

/// <summary>What became of a story's notices.</summary>
/// <param name="Taken">Ids of those that every sink has taken.</param>
/// <param name="GivenUp">Ids of those that were offered for too long.</param>
/// <param name="SinksFail">Whether a sink takes nothing at present, so that nothing more is worth offering.</param>
internal sealed record LockdownMail(IReadOnlyCollection<string> Taken, IReadOnlyCollection<string> GivenUp, bool SinksFail)
{
    /// <summary>Whether nothing became of any.</summary>
    public bool IsEmpty => Taken.Count == 0 && GivenUp.Count == 0;

    /// <summary>The story without them.</summary>
    public LockdownStory OutOf(LockdownStory story) => story.Without(Taken).Without(GivenUp, dead: true);
}
