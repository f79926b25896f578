namespace BackupCodeBroker.DevVault.Mounts;

/// <summary>Which engine a path leads to: the longest mounted prefix.</summary>
internal sealed class MountTable
{
    private readonly Dictionary<string, Mount> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Mount> _byAccessor = new(StringComparer.Ordinal);

    public IEnumerable<Mount> Secret => _byPath.Values.Where(mount => !mount.IsAuth);

    public IEnumerable<Mount> Auth => _byPath.Values.Where(mount => mount.IsAuth);

    public Mount? At(string path) => _byPath.GetValueOrDefault(path);

    public Mount? ByAccessor(string accessor) => _byAccessor.GetValueOrDefault(accessor);

    public void Add(Mount mount)
    {
        _byPath.Add(mount.Path, mount);
        _byAccessor.Add(mount.Accessor, mount);
    }

    public void Remove(Mount mount)
    {
        _byPath.Remove(mount.Path);
        _byAccessor.Remove(mount.Accessor);
    }

    /// <summary>Moves an engine with all that it holds; its accessor stays.</summary>
    public void Move(Mount mount, string path)
    {
        _byPath.Remove(mount.Path);
        mount.Path = path;
        _byPath.Add(path, mount);
    }

    /// <summary>The mount that serves a path. A path that is a mount without its slash means the mount.</summary>
    public Mount? Find(string path, out string relative)
    {
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (_byPath.TryGetValue(path[..(slash + 1)], out Mount? mount))
            {
                relative = path[(slash + 1)..];
                return mount;
            }
        }

        relative = "";
        return _byPath.GetValueOrDefault(path + "/");
    }

    /// <summary>The mounted path that a new one would run into: one above it or one below it.</summary>
    public string? Conflict(string path) =>
        _byPath.Keys.FirstOrDefault(mounted => path.StartsWith(mounted, StringComparison.Ordinal))
        ?? _byPath.Keys.FirstOrDefault(mounted => mounted.StartsWith(path, StringComparison.Ordinal));
}
