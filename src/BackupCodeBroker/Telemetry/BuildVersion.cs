using System.Reflection;

namespace BackupCodeBroker.Telemetry;

/// <summary>Which build this is.</summary>
internal static class BuildVersion
{
    /// <summary>Version, with the commit where the build knew it.</summary>
    public static string Text { get; } =
        typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
