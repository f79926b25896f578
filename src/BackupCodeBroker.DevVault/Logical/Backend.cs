namespace BackupCodeBroker.DevVault.Logical;

/// <summary>
/// An engine behind a mount: its paths in order, the first match wins. A path that no route knows is unsupported, and so is an
/// operation that the matching route does not have; nothing is ever answered with a made-up success.
/// </summary>
internal abstract class Backend
{
    private readonly List<Route> _routes = [];

    /// <summary>Paths that need no token, relative to the mount; a closing <c>*</c> is a prefix.</summary>
    public virtual IReadOnlyList<string> LoginPaths => [];

    /// <summary>Paths that need <c>sudo</c> besides the capability.</summary>
    public virtual IReadOnlyList<string> RootPaths => [];

    public Result Handle(VaultRequest request)
    {
        Route? route = Find(request.RelativePath, out Dictionary<string, string>? captures);
        if (route is null)
        {
            return Failure.UnsupportedPath;
        }

        if (route.For(request.Operation) is not { } handler)
        {
            return Failure.UnsupportedOperation;
        }

        FieldData fields = route.Fields(request, captures);
        return fields.Validate() is { } error ? Result.Fault(error) : handler(request, fields);
    }

    /// <summary>Decides whether a write creates or updates; the text is why the question itself failed.</summary>
    public string? Classify(VaultRequest request)
    {
        Route? route = Find(request.RelativePath, out Dictionary<string, string>? captures);
        request.Operation = Operation.Update;
        if (route?.Exists is not { } exists)
        {
            return null;
        }

        FieldData fields = route.Fields(request, captures);
        if (fields.Validate() is { } error)
        {
            return error;
        }

        Result answer = exists(request, fields);
        request.Operation = answer.Response is null ? Operation.Create : Operation.Update;
        return answer.Failure?.Message;
    }

    /// <summary>
    /// What has to be asked of others before a request can be handled; null where nothing has. It is planned under the core's lock and done outside it, so that
    /// one who waits for an answer keeps nobody else waiting; what it brings it leaves in the request.
    /// </summary>
    public virtual Func<CancellationToken, Task>? Errand(VaultRequest request, string relative) => null;

    public bool IsLoginPath(string relative) => Matches(LoginPaths, relative);

    public bool IsRootPath(string relative) => Matches(RootPaths, relative);

    protected void Add(params Route[] routes) => _routes.AddRange(routes);

    private static bool Matches(IReadOnlyList<string> patterns, string path)
    {
        foreach (string pattern in patterns)
        {
            bool matches = pattern.EndsWith('*') ? path.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : path == pattern;
            if (matches)
            {
                return true;
            }
        }

        return false;
    }

    private Route? Find(string path, out Dictionary<string, string>? captures)
    {
        foreach (Route route in _routes)
        {
            if (route.Match(path, out captures))
            {
                return route;
            }
        }

        captures = null;
        return null;
    }
}
