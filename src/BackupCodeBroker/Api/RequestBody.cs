using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Api;

/// <summary>
/// A request's JSON object, read strictly: only known members, each once, of the right type and length, all errors told at once and none
/// repeating what was sent. It may hold a code: the bytes are zeroed with it and secrets are taken out without becoming strings.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>Most bytes of a body; the largest sensible registration is a fraction of it.</summary>
    public const int MaxBytes = 16 * 1024;

    private const int MaxId = 64;

    private readonly byte[] _bytes;
    private readonly JsonDocument? _json;
    private readonly JsonElement _root;
    private readonly string _prefix;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<RequestBody> _parts = [];
    private readonly List<FieldError> _errors;

    private RequestBody(byte[] bytes, JsonDocument json) => (_bytes, _json, _root, _prefix, _errors) = (bytes, json, json.RootElement, "", []);

    private RequestBody(RequestBody whole, string name, JsonElement part) =>
        (_bytes, _root, _prefix, _errors) = ([], part, $"{whole._prefix}{name}.", whole._errors);

    /// <summary>Every error found so far, unknown members included: ask once all members were taken.</summary>
    public IReadOnlyList<FieldError> Errors => [.. _errors, .. Unknown()];

    /// <summary>Parses a body; null with the error where it is no JSON object. Takes over the bytes.</summary>
    public static RequestBody? Parse(byte[] bytes, int length, out string? error)
    {
        // The parser looks at structure alone and would meet bytes that are no text only where a name is asked for.
        var body = Utf8.IsValid(bytes.AsSpan(0, length)) ? ParseText(bytes, length, out error) : Fail(out error, "is not UTF-8");
        if (body is null)
        {
            CryptographicOperations.ZeroMemory(bytes);
        }

        return body;
    }

    /// <summary>A text of 1 to <paramref name="max"/> characters without control characters; null where it is absent or wrong.</summary>
    public string? Text(string name, int max, bool required)
    {
        if (Member(name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String || ValidText(value) is not { } text)
        {
            return Fail<string>(name, "must be a string of valid text");
        }

        return Words.Fault(text, max) is { } fault ? Fail<string>(name, fault) : text;
    }

    /// <summary>Whether a member says so; no where it is absent.</summary>
    public bool Flag(string name)
    {
        if (Member(name, required: false) is not { } value)
        {
            return false;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : Fail<bool>(name, "must be true or false");
    }

    /// <summary>The id of something of Vault's, which becomes part of a path there: nothing but what ids are made of gets through.</summary>
    public string? VaultId(string name, bool required)
    {
        var id = Text(name, MaxId, required);
        return id is null || id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? id : Fail<string>(name, "is not an id of Vault's");
    }

    /// <summary>One of a few words.</summary>
    public string? OneOf(string name, params ReadOnlySpan<string> words)
    {
        if (Member(name, required: true) is not { } value)
        {
            return null;
        }

        var text = value.ValueKind == JsonValueKind.String ? ValidText(value) : null;
        return text is not null && words.Contains(text) ? text : Fail<string>(name, "must be one of " + string.Join(", ", words!));
    }

    /// <summary>A whole number.</summary>
    public int? Number(string name, int min, int max)
    {
        if (Member(name, required: false) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max
            ? number
            : Fail<int?>(name, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"));
    }

    /// <summary>An object within, read as strictly; its errors are this one's.</summary>
    public RequestBody? Part(string name)
    {
        if (Member(name, required: true) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return Fail<RequestBody>(name, "must be an object");
        }

        var part = new RequestBody(this, name, value);
        _parts.Add(part);
        return part;
    }

    /// <summary>An RFC 3339 time with an offset.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Member(name, required: false) is not { } value)
        {
            return null;
        }

        // A time without an offset would be read in the server's zone.
        return value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) && ValidText(value) is { } text
            && text.IndexOf('T', StringComparison.Ordinal) is > 0 and var t && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > t)
            ? time.ToUniversalTime()
            : Fail<DateTimeOffset?>(name, "must be a time such as 2027-01-31T00:00:00Z");
    }

    /// <summary>An object of texts.</summary>
    public IReadOnlyDictionary<string, string> Texts(string name, int maxCount, int maxName, int maxText)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Member(name, required: false) is not { } value)
        {
            return texts;
        }

        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() > maxCount)
        {
            Add(name, $"must be an object of at most {maxCount} strings");
            return texts;
        }

        foreach (var member in value.EnumerateObject())
        {
            var text = member.Value.ValueKind == JsonValueKind.String ? ValidText(member.Value) : null;
            var fault = Words.Fault(member.Name, maxName) is { } ofName ? "a name " + ofName
                : text is null ? "texts must be strings of valid text"
                : Words.Fault(text, maxText) is { } ofText ? "a text " + ofText
                : null;
            if (fault is not null)
            {
                Add(name, fault);
                break;
            }

            texts[member.Name] = text!;
        }

        return texts;
    }

    /// <summary>Hands a secret's characters to <paramref name="read"/> and zeroes them; default where it is absent or no text of that length.</summary>
    public T? Secret<T>(string name, int max, ReadOnlySpanFunc<char, T?> read)
        where T : class
    {
        if (Member(name, required: true) is not { } value)
        {
            return null;
        }

        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (value.ValueKind != JsonValueKind.String || raw.Length > 6 * max + 2)
        {
            return Fail<T>(name, $"must be a string of at most {max} characters");
        }

        var buffer = ArrayPool<char>.Shared.Rent(raw.Length);
        try
        {
            var reader = new Utf8JsonReader(raw);
            reader.Read();
            return read(buffer.AsSpan(0, reader.CopyString(buffer)));
        }
        catch (InvalidOperationException)
        {
            return Fail<T>(name, "must be a string of valid text");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(buffer.AsSpan()));
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    /// <summary>Notes an error of a member whose form was right.</summary>
    public void Add(string name, string message) => _errors.Add(new FieldError(_prefix + name, message));

    public void Dispose()
    {
        _json?.Dispose();
        CryptographicOperations.ZeroMemory(_bytes);
    }

    private IEnumerable<FieldError> Unknown() => _root.EnumerateObject().Where(p => !_known.Contains(p.Name)).Take(8)
        .Select(p => new FieldError(_prefix + Shown(p.Name), "unknown member"))
        .Concat(_parts.SelectMany(part => part.Unknown()));

    private static RequestBody? ParseText(byte[] bytes, int length, out string? error)
    {
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false };
            var json = JsonDocument.Parse(bytes.AsMemory(0, length), options);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                error = null;
                return new RequestBody(bytes, json);
            }

            json.Dispose();
            return Fail(out error, "must be a JSON object");
        }
        catch (JsonException e) when (e.LineNumber is null)
        {
            // Of a member that stands there twice the parser tells no place.
            return Fail(out error, "has a member twice");
        }
        catch (JsonException e)
        {
            // The exception's text may quote the input; its position does not.
            return Fail(out error, $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            // Thrown where names are compared and one holds half a character.
            return Fail(out error, "has a member whose name is no valid text");
        }
    }

    private static RequestBody? Fail(out string? error, string message)
    {
        error = message;
        return null;
    }

    private JsonElement? Member(string name, bool required)
    {
        _known.Add(name);
        if (_root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return value;
        }

        if (required)
        {
            Add(name, "is missing");
        }

        return null;
    }

    private T? Fail<T>(string name, string message)
    {
        Add(name, message);
        return default;
    }

    // A lone surrogate is JSON but no text.
    private static string? ValidText(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    // A member's name comes from outside: shown only where it looks like one.
    private static string Shown(string name) =>
        name.Length is > 0 and <= 32 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : "a member";
}

/// <summary>Reads characters that must not outlive the call.</summary>
internal delegate TResult ReadOnlySpanFunc<T, out TResult>(ReadOnlySpan<T> span);
