using System.Reflection;

namespace BackupCodeBroker.Vault.Login;

/// <summary>
/// Log-in methods of a library that is not part of the ordinary build. It lies in an assembly of its own beside the executable, which is all that may load it:
/// whoever can write there can replace the executable as well. What it returns becomes the broker's own token type; nothing else of it is used.
/// </summary>
internal interface ILoginLibrary
{
    /// <summary>What is wrong with the settings, each beginning with the setting's name below <c>login.vaultsharp</c>.</summary>
    IEnumerable<string> Errors(LibraryLoginSettings settings);

    /// <summary>The method that sound settings name.</summary>
    ILoginMethod Create(LibraryLoginSettings settings, VaultSettings names, TimeProvider time);
}

/// <summary>Finds it.</summary>
internal static class LoginLibrary
{
    /// <summary>What is said where it is not there.</summary>
    public const string Missing = LibraryLoginSettings.Setting + " is for builds with VaultSharp (make build VAULTSHARP=1), and this is none";

    private const string Name = "BackupCodeBroker.VaultSharp";

    private static readonly Lazy<ILoginLibrary?> Found = new(Find);

    /// <summary>The library, or null where the build has none.</summary>
    public static ILoginLibrary? Load() => Found.Value;

    private static ILoginLibrary? Find()
    {
        var file = Path.Combine(AppContext.BaseDirectory, Name + ".dll");
        if (!File.Exists(file))
        {
            return null;
        }

        // LoadFrom, because it also finds what lies beside the file and is not among the executable's own dependencies.
        var type = Assembly.LoadFrom(file).GetType($"{Name}.{nameof(LoginLibrary)}", throwOnError: true)!;
        return (ILoginLibrary)Activator.CreateInstance(type, nonPublic: true)!;
    }
}
