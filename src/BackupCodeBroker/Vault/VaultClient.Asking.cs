using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <content>Asking Vault, with the caller's own token, what the caller may do.</content>
internal sealed partial class VaultClient
{
    /// <summary>
    /// Asks for one operation by reading a path that is always empty: "not found" is a grant, and the question stands in the audit log under
    /// the caller's name. Nothing else grants but a value that somebody stored there: a 200 without one is a control group's (which answers a
    /// wrap until others have approved) or comes from somebody between.
    /// </summary>
    public Task<Asking> AskAsync(VaultToken caller, string operation, string? target, VaultCall call) =>
        _transport.CallAsync<Asking>(Get(CallClass.Caller, AskingPath(operation, target), caller, call), reply =>
        {
            if (Verdict.IsAbsent(reply) || HoldsAValue(reply))
            {
                return new Asking.Granted();
            }

            return Verdict.Denial(reply) is { } why ? new Asking.Refused(why) : new Asking.Faulted(Verdict.Fault(reply));
        });

    /// <summary>
    /// Whether there is a mount to ask, of the right kind, by the one path below it that the broker itself may read. A mount that is missing or
    /// versioned is wrongly set up; a broker whose policy does not have the path yet is denied.
    /// </summary>
    public Task<VaultAnswer<bool>> AskingMountIsThereAsync(VaultToken own, VaultCall call)
    {
        var path = AskingPath("@ready", null);
        return _transport.CallAsync<VaultAnswer<bool>>(Get(CallClass.Read, path, own, call), reply =>
        {
            if (Verdict.IsAbsent(reply) || HoldsAValue(reply))
            {
                return new VaultAnswer<bool>.Ok(true, reply.RequestId);
            }

            return Verdict.Denial(reply) is { } why
                ? new VaultAnswer<bool>.Denied(why, path.Text)
                : new VaultAnswer<bool>.Faulted(Verdict.Fault(reply));
        });
    }

    /// <summary>The path that is asked for an operation, as a policy writes it.</summary>
    public string AskPath(string operation, string? target) => AskingPath(operation, target).Text;

    /// <summary>The capabilities of a token on each of some paths.</summary>
    public Task<VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>> CapabilitiesSelfAsync(
        VaultToken caller, IReadOnlyList<string> paths, VaultCall call)
    {
        // A comma would split a path in two, and the answer would be about neither: nothing but path segments goes in.
        if (paths.Count == 0 || !paths.All(VaultPath.IsPath))
        {
            throw new ArgumentException("capabilities are asked about plain paths", nameof(paths));
        }

        var body = RequestBody.Of(writer =>
        {
            writer.WriteStartArray("paths");
            foreach (var path in paths)
            {
                writer.WriteStringValue(path);
            }

            writer.WriteEndArray();
        });
        var request = Post(CallClass.Caller, VaultPath.Of("sys/capabilities-self"), caller, body, call);
        return AskVaultAsync<IReadOnlyDictionary<string, IReadOnlyList<string>>>(request, root => CapabilitiesOf(root, paths));
    }

    private static bool HoldsAValue(VaultReply reply) =>
        reply is { Status: 200, Root: { } root } && root.Object("data") is not null && root.Member("wrap_info") is null;

    private static Dictionary<string, IReadOnlyList<string>>? CapabilitiesOf(JsonElement root, IReadOnlyList<string> paths)
    {
        if (root.Object("data") is not { } data)
        {
            return null;
        }

        var capabilities = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (data.Member(path) is not { ValueKind: JsonValueKind.Array } array || array.Strings() is not { Count: > 0 } granted)
            {
                return null;
            }

            capabilities[path] = granted;
        }

        return capabilities;
    }

    // An empty target is every one: the prefix that all names have.
    private VaultPath AskingPath(string operation, string? target) => target is null ? VaultPath.Of($"{_settings.AskMount}/{operation}")
        : target.Length == 0 ? VaultPath.Folder($"{_settings.AskMount}/{operation}", "{target}")
        : VaultPath.Of($"{_settings.AskMount}/{operation}/", target, "{target}");
}
