namespace BackupCodeBroker.Core.VaultPolicies.Hcl;

/// <summary>A place in a text that moves forward a character at a time and keeps count of lines and columns.</summary>
internal sealed class HclCursor(string text)
{
    /// <summary>What <see cref="Peek"/> gives where the text is over.</summary>
    public const int End = -1;

    private int _line = 1;
    private int _column = 1;

    public int Offset { get; private set; }

    public HclPosition Position => new(_line, _column);

    public int Peek(int ahead = 0) => Offset + ahead < text.Length ? text[Offset + ahead] : End;

    public int Read()
    {
        int next = Peek();
        if (next == End)
        {
            return End;
        }

        Offset++;
        (_line, _column) = next == '\n' ? (_line + 1, 1) : (_line, _column + 1);
        return next;
    }

    public void SkipWhile(Func<int, bool> predicate)
    {
        while (Peek() is var next && next != End && predicate(next))
        {
            Read();
        }
    }

    public string Since(int offset) => text[offset..Offset];
}
