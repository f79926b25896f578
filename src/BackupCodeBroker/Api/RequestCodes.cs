using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Api;

/// <summary>Codes in requests. A typo is found here, before any call to Vault.</summary>
internal static class RequestCodes
{
    /// <summary>The code in the field <c>code</c>; null with its error where it is none. The caller disposes of it.</summary>
    public static BackupCode? Code(this RequestBody body) => body.Secret("code", BackupCode.MaxTextLength, text => Read(body, text));

    private static BackupCode? Read(RequestBody body, ReadOnlySpan<char> text)
    {
        switch (BackupCode.Parse(text))
        {
            case BackupCodeParse.Parsed parsed:
                return parsed.Code;
            case BackupCodeParse.Malformed malformed:
                body.Add("code", CodeFlaws.Word(malformed.Flaw));
                return null;
            default:
                throw new InvalidOperationException("a code of unknown kind");
        }
    }
}
