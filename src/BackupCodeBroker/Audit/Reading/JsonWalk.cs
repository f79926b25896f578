using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>Reading single members while walking through a line of JSON; what is of the wrong type is a <see cref="LineFault"/>.</summary>
internal static class JsonWalk
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 256 };

    /// <summary>Begins to walk an object.</summary>
    public static Utf8JsonReader Begin(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, Options);
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject, "the line");
        return reader;
    }

    /// <summary>Goes to the next member of the object; false at its end.</summary>
    public static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Enters a member that is an object; false where it is null.</summary>
    public static bool Enter(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        Expect(ref reader, JsonTokenType.StartObject, what);
        return true;
    }

    /// <summary>A member's text; empty where it is null.</summary>
    public static string Text(ref Utf8JsonReader reader, TextPool? pool, string what)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return "";
        }

        Expect(ref reader, JsonTokenType.String, what);
        return pool is null || reader.ValueIsEscaped ? reader.GetString()! : pool.Of(reader.ValueSpan);
    }

    /// <summary>A member's mark; none where it is no text.</summary>
    public static Mark Mark(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Here(ref reader);
    }

    /// <summary>Marks of the texts in a member that is one or an array of them.</summary>
    public static IEnumerable<Mark> Marks(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Here(ref reader) is { IsNone: false } one ? [one] : [];
        }

        var marks = new List<Mark>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Here(ref reader) is { IsNone: false } mark && marks.Count < 1024)
            {
                marks.Add(mark);
            }
        }

        return marks;
    }

    /// <summary>A member's texts; empty where it is null.</summary>
    public static IReadOnlyList<string> Texts(ref Utf8JsonReader reader, TextPool pool, string what)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }

        Expect(ref reader, JsonTokenType.StartArray, what);
        List<string>? texts = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(ref reader, JsonTokenType.String, what);
            (texts ??= []).Add(reader.ValueIsEscaped ? reader.GetString()! : pool.Of(reader.ValueSpan));
        }

        return texts ?? (IReadOnlyList<string>)[];
    }

    /// <summary>A member's time.</summary>
    public static DateTimeOffset Time(ref Utf8JsonReader reader, string what)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.String, what);
        return reader.TryGetDateTimeOffset(out var time) ? Sound(time, what) : throw new LineFault($"{what} is not a time");
    }

    /// <summary>A time in UTC, if anything can have been logged then: reckoning with others would leave the calendar.</summary>
    public static DateTimeOffset Sound(DateTimeOffset time, string what) => time.UtcDateTime.Year is >= 2000 and < 3000
        ? time.ToUniversalTime()
        : throw new LineFault($"{what} cannot be");

    /// <summary>Whether a member is true.</summary>
    public static bool Flag(ref Utf8JsonReader reader)
    {
        reader.Read();
        var flag = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return flag;
    }

    /// <summary>A member's length of time in seconds; none where it is no number.</summary>
    public static TimeSpan Seconds(ref Utf8JsonReader reader)
    {
        reader.Read();
        var seconds = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number is >= 0 and < int.MaxValue ? number : 0;
        reader.Skip();
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Passes over a member's value.</summary>
    public static void Pass(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (reader.TokenType != type)
        {
            throw new LineFault($"{what} is of the wrong type");
        }
    }

    private static Mark Here(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.ValueIsEscaped ? Core.Audit.Mark.Of(reader.GetString()!) : Core.Audit.Mark.Of(reader.ValueSpan);
        }

        reader.Skip();
        return default;
    }
}
