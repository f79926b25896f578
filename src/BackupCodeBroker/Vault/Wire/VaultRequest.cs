namespace BackupCodeBroker.Vault.Wire;

/// <summary>One call to Vault before it is HTTP. A token is whoever's it is; without one none is sent.</summary>
internal sealed class VaultRequest(CallClass kind, HttpMethod method, VaultPath path, VaultToken? token, VaultCall call) : IDisposable
{
    /// <summary>No answer of Vault's that the broker asks for is larger, except lists.</summary>
    public const int OrdinaryAnswer = 1 << 20;

    /// <summary>100,000 identities of the longest name are 7 MiB.</summary>
    public const int ListAnswer = 16 << 20;

    /// <summary>Vault's own verb for listing.</summary>
    public static readonly HttpMethod List = new("LIST");

    private static readonly string[] NeverAudited = ["sys/health", "sys/seal-status", "sys/leader", "sys/init"];

    private static readonly System.Buffers.SearchValues<char> TraceContext = System.Buffers.SearchValues.Create("0123456789abcdef-");

    public CallClass Kind { get; } = kind;

    public HttpMethod Method { get; } = method;

    public VaultPath Path { get; } = path;

    public VaultToken? Token { get; } = token;

    public VaultCall Call { get; } = Checked(call);

    public RequestBody? Body { get; init; }

    /// <summary>Asks Vault to wrap the answer for this long.</summary>
    public TimeSpan? WrapTtl { get; init; }

    /// <summary>The largest answer that is read.</summary>
    public int MaxAnswer { get; init; } = OrdinaryAnswer;

    /// <summary>
    /// Whether anything of the request may have left this machine. From then on a call that changes something may have done so,
    /// whatever is heard, or not heard, of it.
    /// </summary>
    public bool MayHaveArrived { get; set; }

    /// <summary>Where this request is noted; null for what Vault never audits.</summary>
    public VaultJournal? Journal => NeverAudited.Contains(Path.Text) ? null : Call.Journal;

    /// <summary>Whether the answer names this request: what comes out of a wrap names the request that was wrapped.</summary>
    public bool IsNamedByAnswer => Path.Text != "sys/wrapping/unwrap";

    /// <inheritdoc/>
    public void Dispose() => Body?.Dispose();

    private static VaultCall Checked(VaultCall call) =>
        call.TraceParent is { Length: 55 } text && !text.AsSpan().ContainsAnyExcept(TraceContext)
            ? call
            : throw new ArgumentException("a call to Vault carries its operation's traceparent", nameof(call));
}
