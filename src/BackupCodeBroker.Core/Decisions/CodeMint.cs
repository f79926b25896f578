using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>The plaintext of one issue, for as long as it takes to wrap and hash it. <see cref="Dispose"/> zeroes all of it.</summary>
public sealed class CodeMint : IDisposable
{
    private CodeMint(IReadOnlyList<BackupCode> codes, ActivationSecret activation, string setKey)
    {
        Codes = codes;
        Activation = activation;
        SetKey = setKey;
    }

    /// <summary>The codes, each with a selector that no other code of the identity bears.</summary>
    public IReadOnlyList<BackupCode> Codes { get; }

    /// <summary>The secret that proves receipt.</summary>
    public ActivationSecret Activation { get; }

    /// <summary>The set's random key, base64. It is stored, so it is no secret towards whoever reads the document.</summary>
    public string SetKey { get; }

    /// <summary>Makes the plaintext for a plan.</summary>
    public static CodeMint Make(IdentityDocument document, IssuePlan plan, EntropyFill fill)
    {
        var taken = new HashSet<string>(Selectors(document), StringComparer.Ordinal);
        var codes = new List<BackupCode>(plan.Profile.Count);
        while (codes.Count < plan.Profile.Count)
        {
            var code = BackupCode.Create(plan.Profile.Kind, fill);
            if (taken.Add(code.Selector))
            {
                codes.Add(code);
            }
            else
            {
                code.Dispose();
            }
        }

        var key = new byte[Documents.SetKey.Length];
        fill(key);
        return new CodeMint(codes, ActivationSecret.Create(fill), Convert.ToBase64String(key));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var code in Codes)
        {
            code.Dispose();
        }

        Activation.Dispose();
    }

    /// <inheritdoc />
    public override string ToString() => "[plaintext codes]";

    private static IEnumerable<string> Selectors(IdentityDocument document) =>
        new[] { document.Active, document.Pending?.Set, document.Ended?.Set }.OfType<CodeSet>().SelectMany(s => s.Codes).Select(c => c.Selector)
            .Concat(document.Ended?.Unspent ?? []);
}
