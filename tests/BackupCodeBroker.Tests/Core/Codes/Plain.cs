using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Tests.Core.Codes;

/// <summary>Plaintext for tests: codes out of known entropy, and their text, which the product never makes a string of.</summary>
internal static class Plain
{
    /// <summary>Entropy that is the same at every run.</summary>
    public static EntropyFill Entropy(int seed)
    {
        var random = new Random(seed);
        return random.NextBytes;
    }

    /// <summary>Entropy that is nothing but these bytes, over and over.</summary>
    public static EntropyFill Entropy(params byte[] bytes)
    {
        var at = 0;
        return destination =>
        {
            foreach (ref var b in destination)
            {
                b = bytes[at++ % bytes.Length];
            }
        };
    }

    /// <summary>The text of a code.</summary>
    public static string Of(BackupCode code)
    {
        var text = new char[code.TextLength];
        code.WriteTo(text);
        return new string(text);
    }

    /// <summary>The text of an activation secret.</summary>
    public static string Of(ActivationSecret secret)
    {
        var text = new char[ActivationSecret.Length];
        secret.WriteTo(text);
        return new string(text);
    }

    /// <summary>The code that a text is.</summary>
    public static BackupCode Code(string text) => ((BackupCodeParse.Parsed)BackupCode.Parse(text)).Code;

    /// <summary>Another code with the selector of this one: what somebody sends who knows which code it is and not what it is.</summary>
    public static BackupCode Guess(BackupCode code, int seed)
    {
        var selector = code.Selector.Select(c => (byte)ReferenceCode.Alphabet.IndexOf(c, StringComparison.Ordinal)).ToArray();
        return BackupCode.Create(code.Kind, destination =>
        {
            new Random(seed).NextBytes(destination);
            selector.CopyTo(destination);
        });
    }
}
