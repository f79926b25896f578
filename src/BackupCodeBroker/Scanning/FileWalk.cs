using System.IO.Enumeration;

namespace BackupCodeBroker.Scanning;

/// <summary>
/// The files under some paths. Links are not followed unless they were named, so nothing is walked twice or for ever; what has no size (pipes, sockets, devices, the
/// kernel's files) is opened only where it was named. Their names are of interest all the same. The objects of a git repository are packed, and are
/// told of instead: their content comes by <c>git log -p</c>.
/// </summary>
internal sealed class FileWalk(Action<string, string> unreadable)
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };

    /// <summary>Links that were not followed.</summary>
    public int Links { get; private set; }

    /// <summary>Folders of git objects that were not looked into.</summary>
    public List<string> ObjectStores { get; } = [];

    /// <summary>The files, and for their names the folders, the links and what has no size; each as it is met.</summary>
    /// <param name="roots">Files and folders.</param>
    public IEnumerable<Met> Under(IEnumerable<string> roots)
    {
        var folders = new Stack<string>();
        foreach (var root in roots)
        {
            if (!Directory.Exists(root))
            {
                yield return new Met(root, IsFolder: false, NameOnly: false);
                continue;
            }

            yield return new Met(Path.TrimEndingDirectorySeparator(root), IsFolder: true, NameOnly: true);
            for (folders.Push(root); folders.TryPop(out var folder);)
            {
                foreach (var met in In(folder))
                {
                    if (met.IsFolder)
                    {
                        folders.Push(met.Path);
                    }

                    yield return met;
                }
            }
        }
    }

    private IEnumerable<Met> In(string folder)
    {
        if (Open(folder) is not { } entries)
        {
            yield break;
        }

        using (entries)
        {
            while (Next(entries, folder) is { } entry)
            {
                if (entry.IsFolder && IsObjectStore(folder, entry.Path))
                {
                    ObjectStores.Add(entry.Path);
                    continue;
                }

                Links += entry.IsLink ? 1 : 0;
                yield return new Met(entry.Path, entry.IsFolder, NameOnly: entry.Length == 0);
            }
        }
    }

    private IEnumerator<Entry>? Open(string folder)
    {
        try
        {
            return new FileSystemEnumerable<Entry>(
                folder,
                (ref FileSystemEntry e) => e.Attributes.HasFlag(FileAttributes.ReparsePoint)
                    ? new Entry(e.ToSpecifiedFullPath(), IsFolder: false, IsLink: true, 0)
                    : new Entry(e.ToSpecifiedFullPath(), e.IsDirectory, IsLink: false, e.IsDirectory ? 0 : e.Length),
                Everything).GetEnumerator();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unreadable(folder, ScanWords.Of(e));
            return null;
        }
    }

    private Entry? Next(IEnumerator<Entry> entries, string folder)
    {
        try
        {
            return entries.MoveNext() ? entries.Current : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unreadable(folder, ScanWords.Of(e));
            return null;
        }
    }

    // Beside HEAD and refs, in .git as in a bare repository.
    private static bool IsObjectStore(string folder, string path) =>
        Path.GetFileName(path.AsSpan()).SequenceEqual("objects") && File.Exists(Path.Combine(folder, "HEAD")) && Directory.Exists(Path.Combine(folder, "refs"));

    private sealed record Entry(string Path, bool IsFolder, bool IsLink, long Length);
}

/// <summary>What is on the way.</summary>
/// <param name="Path">Its path, as the root was named.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="NameOnly">Whether only its name is of interest.</param>
internal sealed record Met(string Path, bool IsFolder, bool NameOnly);
