using System.Text;
using System.Text.Json;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>Takes the value of a member that the reader stands before.</summary>
internal delegate void Take<in T>(ref Utf8JsonReader reader, T into);

/// <summary>The members of a JSON object that are taken, each by its name; the others are walked over.</summary>
internal sealed class Members<T>(params (string Name, Take<T> Take)[] members)
{
    private readonly (byte[] Name, Take<T> Take)[] _members = [.. members.Select(m => (Encoding.UTF8.GetBytes(m.Name), m.Take))];

    /// <summary>Walks through the object that the reader has entered.</summary>
    public void Walk(ref Utf8JsonReader reader, T into)
    {
        while (JsonWalk.NextMember(ref reader))
        {
            (Find(ref reader) ?? Pass)(ref reader, into);
        }
    }

    private static void Pass(ref Utf8JsonReader reader, T into) => JsonWalk.Pass(ref reader);

    private Take<T>? Find(ref Utf8JsonReader reader)
    {
        foreach (var (name, take) in _members)
        {
            if (reader.ValueTextEquals(name))
            {
                return take;
            }
        }

        return null;
    }
}
