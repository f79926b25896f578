using BackupCodeBroker.Cli;
using BackupCodeBroker.Dev;
using BackupCodeBroker.Server;

return await CommandLineProgram.RunAsync(args, CliSurroundings.OfProcess(), ServerCommand.Create(), DemoCommand.Create());
